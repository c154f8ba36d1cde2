// Names of relations in messages, and free names for new ones. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg/names.hpp"

namespace pgtv::pg {
namespace {

/** `name` cut so that `suffix` fits behind it, never within a character. */
char *with_suffix(const char *name, const char *suffix) {
    const int room = NAMEDATALEN - 1 - int(strlen(suffix));
    const int length = pg_mbcliplen(name, int(strlen(name)), room);
    return psprintf("%.*s%s", length, name, suffix);
}

} // namespace

const char *relation_kind(Oid relid) {
    switch (get_rel_relkind(relid)) {
    case RELKIND_RELATION:
        return "table";
    case RELKIND_PARTITIONED_TABLE:
        return "partitioned table";
    case RELKIND_VIEW:
        return "view";
    case RELKIND_MATVIEW:
        return "materialized view";
    case RELKIND_FOREIGN_TABLE:
        return "foreign table";
    case RELKIND_SEQUENCE:
        return "sequence";
    case RELKIND_INDEX:
    case RELKIND_PARTITIONED_INDEX:
        return "index";
    case RELKIND_COMPOSITE_TYPE:
        return "composite type";
    default:
        return "relation";
    }
}

char *free_relation_name(const char *name, Oid schema) {
    char *candidate = with_suffix(name, "");
    for (int i = 1; OidIsValid(get_relname_relid(candidate, schema)); i++)
        candidate = with_suffix(name, psprintf("%d", i));
    return candidate;
}

} // namespace pgtv::pg
