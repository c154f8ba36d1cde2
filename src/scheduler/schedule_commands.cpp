// tview_schedule() and tview_unschedule(), for materialized views and TVIEWs. Lifetime: a call.

#include "pg/postgres.hpp"

#include "pg/bridge.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/settings.hpp"
#include "scheduler/arguments.hpp"
#include "scheduler/checks.hpp"
#include "scheduler/registry.hpp"
#include "scheduler/schedule.hpp"
#include "scheduler/shared_state.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_schedule);
PG_FUNCTION_INFO_V1(tview_unschedule);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

/** As the user would write it: the hook that carries out options of TVIEWs is loaded, or we would not be here. */
void alter_options(Oid tview, const char *clause) {
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    const char *command = psprintf("ALTER MATERIALIZED VIEW %s %s", pg::qualified_name(tview), clause);
    const int result = SPI_execute(command, false, 0);
    if (result != SPI_OK_UTILITY)
        elog(ERROR, "could not alter the tview: %s", SPI_result_code_string(result));
    SPI_finish();
}

/** The schedule is an option of the TVIEW, which has no mode; only the rules that go with it are kept here. */
void keep_rules(const Registration &row) {
    Registration rules = row;
    rules.mode = nullptr;
    rules.schedule = nullptr;
    rules.timezone = nullptr;
    if (!add_registration(rules))
        change_registration(rules);
    if (row.schedule != nullptr || row.timezone != nullptr)
        cancel_planned(row.relation);
}

void schedule_tview(const Registration &row) {
    alter_options(row.relation, psprintf("SET (refresh = scheduled, schedule = %s, timezone = %s)",
                                         quote_literal_cstr(row.schedule), quote_literal_cstr(row.timezone)));
    keep_rules(row);
}

void schedule_matview(const Registration &row) {
    LockRelationOid(row.relation, AccessShareLock);
    require_matview(row.relation, nullptr);
    if (add_registration(row))
        ereport(NOTICE, (errmsg("materialized view \"%s\" is registered now, in mode %s", get_rel_name(row.relation),
                                registered_mode(row.relation))));
    else
        change_registration(row);
}

Datum schedule(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        PG_RETURN_NULL();
    Registration row = {.relation = PG_GETARG_OID(0), .schedule = text_argument(fcinfo, 1)};
    row.timezone = PG_ARGISNULL(2) ? settings::timezone : text_argument(fcinfo, 2);
    row.enabled = 1;
    read_policy(fcinfo, 3, &row);
    const bool is_tview = catalog::find_tview(row.relation) != nullptr;
    if (!is_tview)
        require_matview(row.relation, "tview_schedule() takes materialized views and TVIEWs.");
    check_may_refresh(row.relation, "tview_schedule()");
    check_values(row);
    if (is_tview)
        schedule_tview(row);
    else
        schedule_matview(row);
    announce_schedule();
    const TimestampTz now = GetCurrentTimestamp();
    const TimestampTz next = next_run(row.schedule, row.timezone, now, now);
    if (TIMESTAMP_IS_NOEND(next))
        PG_RETURN_NULL();
    return TimestampTzGetDatum(next);
}

bool unschedule_tview(Oid relation) {
    if (catalog::get_tview(relation)->schedule == nullptr)
        return false;
    alter_options(relation, "RESET (schedule, timezone)");
    remove_tview_rules(relation);
    return true;
}

Datum unschedule(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const Oid relation = PG_GETARG_OID(0);
    const bool is_tview = catalog::find_tview(relation) != nullptr;
    if (!is_tview)
        require_matview(relation, "tview_unschedule() takes materialized views and TVIEWs.");
    check_may_refresh(relation, "tview_unschedule()");
    if (!is_tview && registered_mode(relation) == nullptr)
        raise(RegistrationMissing{get_rel_name(relation)});
    const bool removed = is_tview ? unschedule_tview(relation) : remove_schedule(relation);
    wake_at_commit();
    return BoolGetDatum(removed);
}

} // namespace

void alter_scheduled_tview(const Registration &row) {
    check_values(row);
    if (catalog::get_tview(row.relation)->refresh != catalog::RefreshMode::scheduled)
        raise(NotReady{psprintf("tview \"%s\" is not refreshed on schedule", get_rel_name(row.relation)), nullptr,
                       "Give it a schedule with tview_schedule()."});
    if (row.schedule != nullptr)
        alter_options(row.relation, psprintf("SET (schedule = %s)", quote_literal_cstr(row.schedule)));
    if (row.timezone != nullptr)
        alter_options(row.relation, psprintf("SET (timezone = %s)", quote_literal_cstr(row.timezone)));
    keep_rules(row);
}

} // namespace pgtv::scheduler

Datum tview_schedule(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] { return pgtv::scheduler::schedule(fcinfo); });
}

Datum tview_unschedule(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] { return pgtv::scheduler::unschedule(fcinfo); });
}
