#!/bin/bash
# Creates the database named by the variables on an empty volume, then executes the server.
set -euo pipefail

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    chmod 0700 "$PGDATA"
    initdb --username="$POSTGRES_USER" --pwfile=<(echo "$POSTGRES_PASSWORD") --auth-local=trust --auth-host=scram-sha-256
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
    echo "create database \"$POSTGRES_DB\"" | postgres --single -j postgres
fi
exec "$@"
