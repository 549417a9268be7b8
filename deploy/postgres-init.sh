#!/bin/sh
# Run by the Postgres image on an empty volume: Temporal gets a role that may make its two databases and nothing more.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres --set=password="$TEMPORAL_DB_PASSWORD" <<'SQL'
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'password';
SQL
