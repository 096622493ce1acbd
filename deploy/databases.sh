#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: a user and databases for the application, and for Temporal.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
    --set=app="$XUEPING_PASSWORD" --set=temporal="$TEMPORAL_PASSWORD" <<'SQL'
CREATE USER xueping PASSWORD :'app';
CREATE DATABASE xueping OWNER xueping;
CREATE USER temporal PASSWORD :'temporal';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
SQL
