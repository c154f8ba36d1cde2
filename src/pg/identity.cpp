// Doing maintenance as the TVIEW's owner with pinned settings, and the names of relations. Lifetime: a scope.

#include "pg/postgres.hpp"
#include "pg/identity.hpp"

#include "pg_tviews/error.hpp"

namespace pgtv::pg {
namespace {

/** For which queries a setting matters. */
enum class Matters { always, unless_plain };

struct PinnedSetting {
    const char *name;
    const char *value;
    Matters matters = Matters::always;
    config_generic *record = nullptr; // nullptr: not looked up yet, or unknown in this version
    int number = 0;                   // `value`, unless the setting is a string
};

/**
 * Everything that decides how names are resolved, rows are filtered or values are rendered as text. JIT: compiled code
 * is not kept with a saved plan, so every flush would compile again.
 */
PinnedSetting pinned_settings[] = {
    {"search_path", "pg_catalog, pg_temp", Matters::unless_plain},
    {"row_security", "off", Matters::unless_plain},
    {"DateStyle", "ISO, MDY"},
    {"IntervalStyle", "postgres"},
    {"TimeZone", "UTC", Matters::unless_plain},
    {"timezone_abbreviations", "Default", Matters::unless_plain},
    {"extra_float_digits", "1"},
    {"bytea_output", "hex"},
    {"xmlbinary", "base64"},
    {"xmloption", "content"},
    {"lc_monetary", "C", Matters::unless_plain},
    {"lc_numeric", "C", Matters::unless_plain},
    {"lc_time", "C", Matters::unless_plain},
    {"array_nulls", "on"},
    {"quote_all_identifiers", "off"},
    {"standard_conforming_strings", "on"},
    {"transform_null_equals", "off"},
    {"jit", "off", Matters::unless_plain},
    {"gin_fuzzy_search_limit", "0"}, // anything else makes index scans return a random subset
};

int number_of(config_generic *record, const char *value) {
    int number = 0;
    bool flag = false;
    if (record->vartype == PGC_BOOL)
        return parse_bool(value, &flag) && flag ? 1 : 0;
    if (record->vartype == PGC_INT)
        return atoi(value);
    if (record->vartype == PGC_ENUM)
        (void)config_enum_lookup_by_name(reinterpret_cast<config_enum *>(record), value, &number);
    return number;
}

void find_records() {
    if (pinned_settings[0].record != nullptr)
        return;
    for (PinnedSetting &setting : pinned_settings) {
        setting.record = compat::find_setting(setting.name);
        if (setting.record != nullptr)
            setting.number = number_of(setting.record, setting.value);
    }
}

/** Setting is dearer than comparing, and asking for a setting's text is dearer than looking at its variable. */
bool is_pinned(const PinnedSetting &setting) {
    config_generic *record = setting.record;
    if (record == nullptr)
        return true;
    switch (record->vartype) {
    case PGC_BOOL:
        return *reinterpret_cast<config_bool *>(record)->variable == (setting.number != 0);
    case PGC_INT:
        return *reinterpret_cast<config_int *>(record)->variable == setting.number;
    case PGC_ENUM:
        return *reinterpret_cast<config_enum *>(record)->variable == setting.number;
    case PGC_STRING: {
        const char *current = *reinterpret_cast<config_string *>(record)->variable;
        return current != nullptr && strcmp(current, setting.value) == 0;
    }
    default:
        return false;
    }
}

/** Are the settings as pinned that matter for `need`, and those that matter always? */
bool all_pinned(SettingsNeed need) {
    find_records();
    return std::all_of(std::begin(pinned_settings), std::end(pinned_settings), [=](const PinnedSetting &setting) {
        return (need == SettingsNeed::plain && setting.matters == Matters::unless_plain) || is_pinned(setting);
    });
}

void set(const PinnedSetting &setting) {
    (void)set_config_option(setting.name, setting.value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/** Pins what differs; returns the nest level to be given back. */
int pin_all() {
    find_records();
    const int level = NewGUCNestLevel();
    for (const PinnedSetting &setting : pinned_settings)
        if (!is_pinned(setting))
            set(setting);
    return level;
}

/** What is in force between begin_pinned() and end_pinned(). */
struct Pinned {
    bool active = false;
    bool path_pushed = false;
    int level = 0; // of the settings to give back; 0 = none were set
    SettingsNeed need = SettingsNeed::all;
};
Pinned pinned;

void begin_pinned(SettingsNeed need) {
    const bool plain = need == SettingsNeed::plain && all_pinned(SettingsNeed::plain);
    pinned = Pinned{.active = true, .need = plain ? SettingsNeed::plain : SettingsNeed::all};
    if (!plain) {
        pinned.level = pin_all();
    } else if (compat::push_search_path()) {
        pinned.path_pushed = true;
    } else {
        pinned.level = NewGUCNestLevel();
        set(pinned_settings[0]);
    }
}

} // namespace

PinnedSettings::PinnedSettings(SettingsNeed need) : outermost_(!pinned.active) {
    if (outermost_)
        begin_pinned(need);
}

PinnedSettings::~PinnedSettings() {
    if (outermost_)
        unpin_settings();
}

void unpin_settings() {
    if (pinned.path_pushed)
        compat::pop_search_path();
    if (pinned.level > 0)
        AtEOXact_GUC(false, pinned.level);
    pinned = Pinned{};
}

void forget_pinned_settings() {
    pinned = Pinned{};
}

RunAs::RunAs(Oid user) : user_(InvalidOid), security_(0), nest_level_(0) {
    if (!pinned.active || !all_pinned(pinned.need))
        nest_level_ = pin_all();
    GetUserIdAndSecContext(&user_, &security_);
    SetUserIdAndSecContext(user, security_ | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
}

RunAs::~RunAs() {
    if (nest_level_ > 0)
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
