#!/usr/bin/env bash
# Every object of the extension has a COMMENT: asked of the throw-away server, since only it knows all of them.
set -uo pipefail
database=lint_comments
trap 'dropdb --if-exists "$database"' EXIT
createdb "$database" && psql -XqAt -v ON_ERROR_STOP=1 -d "$database" -c 'CREATE EXTENSION pg_tviews' || exit 1
bare=$(psql -XqAt -v ON_ERROR_STOP=1 -d "$database" <<'SQL'
SELECT pg_describe_object(d.classid, d.objid, 0)
FROM pg_depend d
WHERE d.refclassid = 'pg_extension'::regclass
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_tviews')
  AND d.deptype = 'e'
  AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_namespace'::regclass, 'pg_event_trigger'::regclass)
  AND obj_description(d.objid, (SELECT relname FROM pg_class WHERE oid = d.classid)) IS NULL
  AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = d.objid AND d.classid = 'pg_class'::regclass AND c.relkind IN ('i', 'S'))
ORDER BY 1
SQL
) || exit 1
[ -z "$bare" ] && exit 0
echo "without COMMENT: "
echo "$bare"
echo "cure: COMMENT ON … IS '…' in sql/extension: arguments, units, errors"
exit 1
