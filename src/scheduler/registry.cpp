// tview_register(), tview_alter(), tview_unregister(): which materialized views are looked after, and how.
// Lifetime: a call.

#include "pg/postgres.hpp"
#include "scheduler/registry.hpp"

#include "pg/bridge.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/settings.hpp"
#include "scheduler/arguments.hpp"
#include "scheduler/checks.hpp"
#include "scheduler/prerequisites.hpp"
#include "scheduler/schedule.hpp"
#include "scheduler/shared_state.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_register);
PG_FUNCTION_INFO_V1(tview_alter);
PG_FUNCTION_INFO_V1(tview_unregister);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

constexpr int longest_jitter = 31; // days; the table has the same limit

/** ~ with one of a list; raises 22023. */
void require_one_of(const char *option, const char *value, const char *first, const char *second) {
    if (value != nullptr && strcmp(value, first) != 0 && strcmp(value, second) != 0)
        raise(InvalidOption{option, psprintf("The value is \"%s\".", value),
                            psprintf("Valid values are %s and %s.", first, second)});
}

/** once, skip, or all(n) with 1 to 6 digits. */
bool is_missed_runs(const char *value) {
    if (strcmp(value, "once") == 0 || strcmp(value, "skip") == 0)
        return true;
    if (strncmp(value, "all(", 4) != 0)
        return false;
    const size_t digits = strspn(value + 4, "0123456789");
    return digits >= 1 && digits <= 6 && value[4] != '0' && strcmp(value + 4 + digits, ")") == 0;
}

void require_not_negative(const char *option, const Interval *value) {
    const Interval zero = {};
    if (value != nullptr &&
        DatumGetBool(DirectFunctionCall2(interval_lt, IntervalPGetDatum(value), IntervalPGetDatum(&zero))))
        raise(InvalidOption{option, "The value is negative.", "Valid values are intervals from 0."});
}

/** A run that waits for its random delay keeps later ones from being queued. */
void require_short(const char *option, const Interval *value) {
    const Interval longest = {.time = 0, .day = longest_jitter, .month = 0};
    if (value != nullptr &&
        DatumGetBool(DirectFunctionCall2(interval_gt, IntervalPGetDatum(value), IntervalPGetDatum(&longest))))
        raise(InvalidOption{option, psprintf("The value is longer than %d days.", longest_jitter),
                            psprintf("Valid values are intervals from 0 to %d days.", longest_jitter)});
}

/** Nobody drops the relation until we have committed. */
void lock_against_drop(Oid relation) {
    LockRelationOid(relation, AccessShareLock);
    require_matview(relation, "A TVIEW is scheduled with tview_schedule().");
}

Datum registered_row(Oid relation, bool check_mode, const char *schedule) {
    if (check_mode && strcmp(registered_mode(relation), mode_name(RefreshMode::concurrent)) == 0)
        warn_unless_concurrent(relation);
    if (schedule != nullptr)
        announce_schedule();
    else
        wake_at_commit();
    return registration_row(relation);
}

Datum register_view(FunctionCallInfo fcinfo) {
    const Oid view = PG_GETARG_OID(0);
    require_matview(view, "A TVIEW is scheduled with tview_schedule().");
    check_may_refresh(view, "tview_register()");
    lock_against_drop(view);
    Registration row = {.relation = view, .mode = text_argument(fcinfo, 1), .schedule = text_argument(fcinfo, 2)};
    row.timezone = text_argument(fcinfo, 3);
    const bool is_new = add_registration(row);
    if (!is_new && !flag_argument(fcinfo, 4))
        raise(AlreadyRegistered{get_rel_name(view)});
    if (!is_new)
        ereport(NOTICE, (errcode(ERRCODE_DUPLICATE_OBJECT),
                         errmsg("materialized view \"%s\" is already registered, skipping", get_rel_name(view))));
    return registered_row(view, is_new, is_new ? row.schedule : nullptr);
}

Datum alter(FunctionCallInfo fcinfo) {
    const Oid view = PG_GETARG_OID(0);
    const bool is_tview = catalog::find_tview(view) != nullptr;
    if (!is_tview)
        require_matview(view, "tview_alter() takes materialized views and TVIEWs.");
    check_may_refresh(view, "tview_alter()");
    Registration row = {.relation = view, .mode = text_argument(fcinfo, 1), .schedule = text_argument(fcinfo, 2)};
    row.timezone = text_argument(fcinfo, 3);
    row.enabled = tristate_argument(fcinfo, 4);
    read_policy(fcinfo, 5, &row);
    if (is_tview)
        alter_scheduled_tview(row);
    else
        change_registration(row);
    return registered_row(view, !is_tview && row.mode != nullptr, row.schedule);
}

bool unregister(FunctionCallInfo fcinfo) {
    const Oid view = PG_GETARG_OID(0);
    require_matview(view, "The schedule of a TVIEW is removed with tview_unschedule().");
    check_may_refresh(view, "tview_unregister()");
    const bool removed = delete_registration(view);
    if (!removed && !flag_argument(fcinfo, 1))
        raise(RegistrationMissing{get_rel_name(view)});
    if (!removed)
        ereport(NOTICE, (errcode(ERRCODE_UNDEFINED_OBJECT),
                         errmsg("materialized view \"%s\" is not registered, skipping", get_rel_name(view))));
    wake_at_commit();
    return removed;
}

} // namespace

void check_values(const Registration &row) {
    if (row.mode != nullptr)
        (void)parse_mode(row.mode);
    if (row.schedule != nullptr)
        check_schedule(row.schedule, nullptr);
    if (row.timezone != nullptr)
        check_timezone(row.timezone);
    require_one_of("overlap", row.overlap, "skip", "queue_one");
    if (row.missed_runs != nullptr && !is_missed_runs(row.missed_runs))
        raise(InvalidOption{"missed_runs", psprintf("The value is \"%s\".", row.missed_runs),
                            "Valid values are once, skip and all(n) with n from 1 to 999999."});
    require_not_negative("jitter", row.jitter);
    require_short("jitter", row.jitter);
    require_not_negative("max_runtime", row.max_runtime);
    if (row.max_attempts == 0 || row.max_attempts < -1)
        raise(
            InvalidOption{"max_attempts", psprintf("The value is %d.", row.max_attempts), "Valid values begin at 1."});
}

void read_policy(FunctionCallInfo fcinfo, int first, Registration *row) {
    row->overlap = text_argument(fcinfo, first);
    row->missed_runs = text_argument(fcinfo, first + 1);
    row->jitter = interval_argument(fcinfo, first + 2);
    row->max_runtime = interval_argument(fcinfo, first + 3);
    if (!PG_ARGISNULL(first + 4))
        row->max_attempts = PG_GETARG_INT32(first + 4) == -1 ? -2 : PG_GETARG_INT32(first + 4);
}

bool add_registration(Registration row) {
    if (row.mode == nullptr)
        row.mode = mode_name(default_mode());
    if (row.schedule != nullptr && row.timezone == nullptr)
        row.timezone = settings::timezone;
    check_values(row);
    return insert_registration(row);
}

void change_registration(Registration row) {
    check_values(row);
    if (!update_registration(row))
        raise(RegistrationMissing{get_rel_name(row.relation)});
    if (row.schedule != nullptr || row.timezone != nullptr || row.jitter != nullptr || row.enabled == 0)
        cancel_planned(row.relation);
}

void announce_schedule() {
    if (find_shared_state() == nullptr)
        ereport(WARNING, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                          errmsg("the schedule is stored, but nothing runs it"),
                          errdetail("The library is not preloaded by the server."),
                          errhint("Add pg_tviews to shared_preload_libraries and restart the server.")));
    wake_at_commit();
}

} // namespace pgtv::scheduler

Datum tview_register(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        if (PG_ARGISNULL(0))
            PG_RETURN_NULL();
        return pgtv::scheduler::register_view(fcinfo);
    });
}

Datum tview_alter(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        if (PG_ARGISNULL(0))
            PG_RETURN_NULL();
        return pgtv::scheduler::alter(fcinfo);
    });
}

Datum tview_unregister(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        if (PG_ARGISNULL(0))
            PG_RETURN_NULL();
        return BoolGetDatum(pgtv::scheduler::unregister(fcinfo));
    });
}
