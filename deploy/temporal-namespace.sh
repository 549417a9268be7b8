#!/bin/sh
# The namespace `default`, made once. Closed sessions stay in the Web UI for 30 days; Postgres keeps them.
set -eu
temporal operator namespace describe --namespace default >/dev/null 2>&1 ||
  temporal operator namespace create --namespace default --retention 720h
