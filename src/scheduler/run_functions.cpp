// tview_submit, tview_cancel, tview_retry: runs on request. Lifetime: a call.

#include "pg/postgres.hpp"

#include "pg/bridge.hpp"
#include "pg/names.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "scheduler/checks.hpp"
#include "scheduler/registry.hpp"
#include "scheduler/run_table.hpp"
#include "scheduler/sql_values.hpp"

#include <csignal>

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_submit);
PG_FUNCTION_INFO_V1(tview_cancel);
PG_FUNCTION_INFO_V1(tview_retry);
PG_FUNCTION_INFO_V1(tview_wake_scheduler);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

using pg::Sql;
using pg::SqlValue;

void require_scheduler(const char *function) {
    if (RecoveryInProgress())
        raise(OnStandby{function});
    if (find_shared_state() == nullptr)
        raise(NotReady{psprintf("%s needs the scheduler, which this server does not run", function), nullptr,
                       "Add pg_tviews to shared_preload_libraries and restart the server."});
}

/** Raises 42704 if there is no such run, 42501 if the user has no say in it. Returns its state. */
const char *require_run(int64 run_id, const char *function, Oid *relation) {
    const char *state;
    {
        Sql sql;
        if (sql.run("SELECT relation, state FROM tview.run WHERE run_id = $1", {sql::of_int8(run_id)}) == 0)
            raise(RunMissing{psprintf("%lld", static_cast<long long>(run_id))});
        *relation = sql::oid_at(0, 1);
        state = sql.text(0, 2);
    }
    check_may_refresh(*relation, function);
    return state;
}

Datum submit(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const Oid relation = PG_GETARG_OID(0);
    // Nobody gets ahead of others by a time in the past.
    const TimestampTz now = GetCurrentTransactionStartTimestamp();
    const TimestampTz run_at = PG_ARGISNULL(1) ? now : std::max(now, PG_GETARG_TIMESTAMPTZ(1));
    const bool is_tview = catalog::find_tview(relation) != nullptr;
    if (!is_tview)
        require_matview(relation, "tview_submit() takes materialized views and TVIEWs.");
    check_may_refresh(relation, "tview_submit()");
    require_scheduler("tview_submit()");
    if (!is_tview && add_registration({.relation = relation}))
        ereport(NOTICE, (errmsg("materialized view \"%s\" is registered now, in mode %s", get_rel_name(relation),
                                registered_mode(relation))));
    wake_at_commit();
    return Int64GetDatum(insert_run({relation, "manual", run_at, 1}));
}

/** A run between the queue and its end is always in one of two places: the table says queued, or it has a slot. */
bool interrupt(int64 run_id) {
    SharedState *state = find_shared_state();
    if (state == nullptr)
        return false;
    const SharedStateLock lock;
    for (WorkerSlot &slot : state->workers) {
        if (slot.database != MyDatabaseId || slot.run_id != run_id)
            continue;
        slot.cancel = true;
        if (slot.pid != 0)
            (void)kill(slot.pid, SIGINT);
        return true;
    }
    return false;
}

Datum cancel(int64 run_id) {
    Oid relation;
    (void)require_run(run_id, "tview_cancel()", &relation);
    Sql sql;
    const bool was_queued =
        sql.run("UPDATE tview.run SET state = 'canceled', finished_at = pg_catalog.clock_timestamp(), "
                "message = 'canceled by ' || pg_catalog.quote_ident(SESSION_USER::text) "
                "WHERE run_id = $1 AND state = 'queued'",
                {sql::of_int8(run_id)}) > 0;
    wake_at_commit();
    return BoolGetDatum(was_queued || interrupt(run_id));
}

Datum retry(int64 run_id) {
    Oid relation;
    const char *state = require_run(run_id, "tview_retry()", &relation);
    require_scheduler("tview_retry()");
    if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)))
        raise(RelationMissing{psprintf("%u", relation)});
    if (catalog::find_tview(relation) == nullptr && registered_mode(relation) == nullptr)
        raise(RegistrationMissing{get_rel_name(relation)});
    if (strcmp(state, "queued") == 0 || strcmp(state, "running") == 0)
        raise(NotReady{psprintf("run %lld is still %s", static_cast<long long>(run_id), state), nullptr,
                       "Wait for its end with tview_wait(), or cancel it with tview_cancel()."});
    wake_at_commit();
    return Int64GetDatum(insert_run({relation, "retry", GetCurrentTimestamp(), 1}));
}

} // namespace
} // namespace pgtv::scheduler

Datum tview_submit(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] { return pgtv::scheduler::submit(fcinfo); });
}

Datum tview_cancel(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] { return pgtv::scheduler::cancel(PG_GETARG_INT64(0)); });
}

Datum tview_retry(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] { return pgtv::scheduler::retry(PG_GETARG_INT64(0)); });
}

Datum tview_wake_scheduler(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        if (!CALLED_AS_TRIGGER(fcinfo))
            elog(ERROR, "tview.wake_scheduler() is a trigger function");
        pgtv::scheduler::wake_at_commit();
        return PointerGetDatum(nullptr);
    });
}
