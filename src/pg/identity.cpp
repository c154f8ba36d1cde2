// Doing maintenance as the TVIEW's owner with pinned settings, and the names of relations. Lifetime: a scope.

#include "pg/postgres.hpp"
#include "pg/identity.hpp"

#include "pg_tviews/error.hpp"

namespace pgtv::pg {
namespace {

struct PinnedSetting {
    const char *name;
    const char *value;
};

/**
 * Everything that decides how names are resolved, rows are filtered or values are rendered as text. JIT: compiled code
 * is not kept with a saved plan, so every flush would compile again.
 */
constexpr PinnedSetting pinned_settings[] = {
    {"search_path", "pg_catalog, pg_temp"},
    {"row_security", "off"},
    {"DateStyle", "ISO, MDY"},
    {"IntervalStyle", "postgres"},
    {"TimeZone", "UTC"},
    {"timezone_abbreviations", "Default"},
    {"extra_float_digits", "1"},
    {"bytea_output", "hex"},
    {"xmlbinary", "base64"},
    {"xmloption", "content"},
    {"lc_monetary", "C"},
    {"lc_numeric", "C"},
    {"lc_time", "C"},
    {"array_nulls", "on"},
    {"quote_all_identifiers", "off"},
    {"standard_conforming_strings", "on"},
    {"transform_null_equals", "off"},
    {"jit", "off"},
    {"gin_fuzzy_search_limit", "0"}, // anything else makes index scans return a random subset
};

/** Setting is dearer than comparing, and most sessions run with the defaults. */
void pin(const PinnedSetting &setting) {
    const char *current = GetConfigOption(setting.name, true, false);
    if (current != nullptr && strcmp(current, setting.value) == 0)
        return;
    (void)set_config_option(setting.name, setting.value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

} // namespace

RunAs::RunAs(Oid user) : user_(InvalidOid), security_(0), nest_level_(NewGUCNestLevel()) {
    GetUserIdAndSecContext(&user_, &security_);
    SetUserIdAndSecContext(user, security_ | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
    for (const PinnedSetting &setting : pinned_settings)
        pin(setting);
}

RunAs::~RunAs() {
    AtEOXact_GUC(false, nest_level_);
    SetUserIdAndSecContext(user_, security_);
}

ActAs::ActAs(Oid user) : user_(InvalidOid), security_(0) {
    GetUserIdAndSecContext(&user_, &security_);
    SetUserIdAndSecContext(user, security_ | SECURITY_LOCAL_USERID_CHANGE);
}

ActAs::~ActAs() {
    SetUserIdAndSecContext(user_, security_);
}

Oid relation_owner(Oid relid) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple))
        raise(RelationMissing{psprintf("%u", relid)});
    Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

char *qualified_name(Oid relid) {
    const char *name = get_rel_name(relid);
    if (name == nullptr)
        raise(RelationMissing{psprintf("%u", relid)});
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name);
}

} // namespace pgtv::pg
