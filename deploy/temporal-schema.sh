#!/bin/sh
# Temporal's two databases and their schema; repeatable. The password comes as SQL_PASSWORD.
set -eu
schema=/etc/temporal/schema/postgresql/v12
for database in temporal temporal_visibility; do
  tool="temporal-sql-tool --plugin postgres12 --endpoint postgres --port 5432 --user temporal --database $database"
  folder=temporal
  [ "$database" = temporal ] || folder=visibility
  $tool create-database
  # Refused when the version table is there already; a real failure shows in the next line.
  $tool setup-schema --version 0.0 || true
  $tool update-schema --schema-dir "$schema/$folder/versioned"
done
