// Reads and checks the WITH options of a TVIEW. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/tview_options.hpp"

#include "pg_tviews/error.hpp"
#include "scheduler/schedule.hpp"
#include "scheduler/shared_state.hpp"

namespace pgtv::ddl {
namespace {

constexpr const char *marker_option = "tview";
constexpr const char *valid_options =
    "Valid options are refresh, schedule, timezone, key and the storage parameters of "
    "tables, such as fillfactor and autovacuum_enabled.";

constexpr const char *storage_parameters[] = {
    "fillfactor",      "toast_tuple_target",          "parallel_workers",   "vacuum_index_cleanup",
    "vacuum_truncate", "log_autovacuum_min_duration", "user_catalog_table",
};

/** Options of later stages: known, so that the refusal says what it is about. */
constexpr const char *later_options[] = {"notify"};

bool is_storage_parameter(const DefElem *option) {
    if (option->defnamespace != nullptr)
        return strcmp(option->defnamespace, "toast") == 0;
    if (strncmp(option->defname, "autovacuum_", strlen("autovacuum_")) == 0)
        return true;
    return std::any_of(std::begin(storage_parameters), std::end(storage_parameters),
                       [option](const char *name) { return strcmp(name, option->defname) == 0; });
}

bool is_later_option(const char *name) {
    return std::any_of(std::begin(later_options), std::end(later_options),
                       [name](const char *later) { return strcmp(name, later) == 0; });
}

const char *option_value(DefElem *option) {
    if (option->arg == nullptr)
        raise(InvalidOption{option->defname, "The option needs a value.", valid_options});
    return defGetString(option);
}

catalog::RefreshMode parse_refresh(DefElem *option) {
    const char *value = option_value(option);
    if (pg_strcasecmp(value, "immediate") == 0)
        return catalog::RefreshMode::immediate;
    if (pg_strcasecmp(value, "deferred") == 0)
        return catalog::RefreshMode::deferred;
    if (pg_strcasecmp(value, "manual") == 0)
        return catalog::RefreshMode::manual;
    if (pg_strcasecmp(value, "scheduled") == 0)
        return catalog::RefreshMode::scheduled;
    raise(InvalidOption{option->defname, psprintf("\"%s\" is not a value of option \"refresh\".", value),
                        "Valid values are immediate, deferred, scheduled and manual."});
}

List *parse_key(DefElem *option) {
    const char *value = option_value(option);
    List *names = NIL;
    if (!SplitIdentifierString(pstrdup(value), ',', &names) || names == NIL)
        raise(InvalidOption{option->defname, psprintf("\"%s\" is not a list of column names.", value),
                            "Give the columns separated by commas, as in key = 'a, b'."});
    return names;
}

void parse_option(DefElem *option, TViewOptions *options) {
    if (option->defnamespace != nullptr || is_storage_parameter(option)) {
        if (!is_storage_parameter(option))
            raise(InvalidOption{psprintf("%s.%s", option->defnamespace, option->defname), nullptr, valid_options});
        options->storage = lappend(options->storage, option);
    } else if (strcmp(option->defname, "refresh") == 0) {
        options->refresh = parse_refresh(option);
        options->refresh_given = true;
    } else if (strcmp(option->defname, "key") == 0) {
        options->key = parse_key(option);
        options->key_given = true;
    } else if (strcmp(option->defname, "schedule") == 0) {
        options->schedule = option_value(option);
        scheduler::check_schedule(options->schedule, nullptr);
        options->schedule_given = true;
    } else if (strcmp(option->defname, "timezone") == 0) {
        options->timezone = option_value(option);
        scheduler::check_timezone(options->timezone);
        options->timezone_given = true;
    } else if (is_later_option(option->defname)) {
        raise(Unsupported{psprintf("option \"%s\" is not supported by this version of pg_tviews", option->defname),
                          nullptr, valid_options});
    } else if (strcmp(option->defname, marker_option) != 0) {
        raise(InvalidOption{option->defname, "There is no such option.", valid_options});
    }
}

/** A storage parameter given twice is refused by the server; here the same for ours. */
void refuse_duplicates(List *options) {
    ListCell *cell;
    foreach (cell, options) {
        const auto *option = lfirst_node(DefElem, cell);
        for (int i = 0; i < foreach_current_index(cell); i++) {
            const auto *earlier = list_nth_node(DefElem, options, i);
            if (strcmp(earlier->defname, option->defname) == 0 && option->defnamespace == nullptr &&
                earlier->defnamespace == nullptr)
                raise(InvalidOption{option->defname, "The option is given more than once.", nullptr});
        }
    }
}

bool marker_value(DefElem *option) {
    bool value = true;
    if (option->arg != nullptr && !parse_bool(defGetString(option), &value))
        raise(InvalidOption{option->defname, psprintf("\"%s\" is not a boolean.", defGetString(option)), nullptr});
    return value;
}

} // namespace

TViewOptions parse_options(List *options) {
    TViewOptions parsed = {};
    refuse_duplicates(options);
    ListCell *cell;
    foreach (cell, options)
        parse_option(lfirst_node(DefElem, cell), &parsed);
    return parsed;
}

void settle_schedule(TViewOptions *options) {
    const bool new_schedule = options->schedule_given && options->schedule != nullptr;
    if (new_schedule && !options->refresh_given)
        options->refresh = catalog::RefreshMode::scheduled;
    const bool scheduled = options->refresh == catalog::RefreshMode::scheduled;
    if (new_schedule && !scheduled)
        raise(InvalidOption{"schedule", "Only a TVIEW with refresh = scheduled has a schedule.",
                            "Leave out one of the options refresh and schedule."});
    if (!scheduled)
        options->schedule = nullptr;
    if (options->timezone_given && options->timezone != nullptr && options->schedule == nullptr)
        raise(InvalidOption{"timezone", "There is no schedule that it could be the time zone of.",
                            "Give the option schedule too."});
    if (options->schedule == nullptr)
        options->timezone = nullptr;
    if (scheduled && options->schedule == nullptr && (options->refresh_given || options->schedule_given))
        ereport(NOTICE, (errmsg("the tview has no schedule"), errdetail("Only tview_refresh() brings it up to date.")));
    if (options->schedule != nullptr || options->schedule_given)
        scheduler::wake_at_commit();
}

bool find_tview_option(List *options, bool *value) {
    ListCell *cell;
    foreach (cell, options) {
        auto *option = lfirst_node(DefElem, cell);
        if (option->defnamespace == nullptr && strcmp(option->defname, marker_option) == 0) {
            *value = marker_value(option);
            return true;
        }
    }
    return false;
}

List *without_tview_option(List *options) {
    List *others = NIL;
    ListCell *cell;
    foreach (cell, options) {
        auto *option = lfirst_node(DefElem, cell);
        if (option->defnamespace != nullptr || strcmp(option->defname, marker_option) != 0)
            others = lappend(others, option);
    }
    return others;
}

bool is_tview_option(const char *name) {
    return strcmp(name, "refresh") == 0 || strcmp(name, "key") == 0 || strcmp(name, "schedule") == 0 ||
           strcmp(name, "timezone") == 0 || is_later_option(name);
}

analysis::Freshness freshness_of(catalog::RefreshMode refresh) {
    return refresh == catalog::RefreshMode::immediate || refresh == catalog::RefreshMode::deferred
               ? analysis::Freshness::maintained
               : analysis::Freshness::on_request;
}

} // namespace pgtv::ddl
