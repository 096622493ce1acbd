#!/bin/sh
# Brings Temporal's two databases to the schema of the image this runs in; repeatable, and what an upgrade runs first.
set -eu
schemas=/etc/temporal/schema/postgresql/v12

sql_tool() {
    temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db "$@"
}

for database in temporal temporal_visibility; do
    case $database in
        temporal) versions=$schemas/temporal/versioned ;;
        *) versions=$schemas/visibility/versioned ;;
    esac
    # the version table of a database that is new; an error for one that has it
    sql_tool "$database" setup-schema -v 0.0 || echo "$database has a schema"
    sql_tool "$database" update-schema -d "$versions"
done
