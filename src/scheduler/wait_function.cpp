// tview_wait: sleeps until a run has ended. Lifetime: a call.

#include "pg/postgres.hpp"

#include "pg/bridge.hpp"
#include "pg_tviews/error.hpp"
#include "scheduler/shared_state.hpp"
#include "scheduler/sql_values.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_wait);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

bool has_ended(const char *state) {
    return strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
}

/** The state of a run as committed by now. */
const char *committed_state(int64 run_id) {
    pg::Sql sql;
    if (sql.run("SELECT state, xmin FROM tview.run WHERE run_id = $1", {sql::of_int8(run_id)}) == 0)
        raise(RunMissing{psprintf("%lld", static_cast<long long>(run_id))});
    const char *state = sql.text(0, 1);
    bool null;
    if (!has_ended(state) && TransactionIdIsCurrentTransactionId(DatumGetTransactionId(sql::value(0, 2, &null))))
        raise(
            NotReady{psprintf("run %lld cannot begin before this transaction commits", static_cast<long long>(run_id)),
                     nullptr, "Commit first, then call tview_wait()."});
    return state;
}

/** When to give up; DT_NOEND for never. */
TimestampTz deadline(const Interval *timeout) {
    if (timeout == nullptr)
        return DT_NOEND;
    return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(GetCurrentTimestamp()),
                                                   PointerGetDatum(timeout)));
}

/** False when the time is up. */
bool sleep_for_change(ConditionVariable *changed, TimestampTz until) {
    if (TIMESTAMP_IS_NOEND(until)) {
        ConditionVariableSleep(changed, PG_WAIT_EXTENSION);
        return true;
    }
    const long left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);
    if (left <= 0)
        return false;
    (void)ConditionVariableTimedSleep(changed, std::min(left, long(std::numeric_limits<int>::max())),
                                      PG_WAIT_EXTENSION);
    return true;
}

const char *wait_for_end(int64 run_id, TimestampTz until) {
    SharedState *shared = find_shared_state();
    const char *state = committed_state(run_id);
    if (shared == nullptr || has_ended(state))
        return state;
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "tview_wait", ALLOCSET_SMALL_SIZES);
    const MemoryContext before = MemoryContextSwitchTo(memory);
    ConditionVariablePrepareToSleep(&shared->run_changed);
    bool time_left = true;
    do {
        MemoryContextReset(memory);
        state = committed_state(run_id);
        time_left = !has_ended(state) && sleep_for_change(&shared->run_changed, until);
    } while (time_left);
    ConditionVariableCancelSleep();
    MemoryContextSwitchTo(before);
    return state;
}

Datum wait(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    if (RecoveryInProgress())
        raise(OnStandby{"tview_wait()"});
    if (IsolationUsesXactSnapshot())
        raise(NotReady{"tview_wait() would never see the end of the run in this transaction",
                       "A REPEATABLE READ or SERIALIZABLE transaction sees what was committed before it began.",
                       "Call it in a READ COMMITTED transaction."});
    const Interval *timeout = PG_ARGISNULL(1) ? nullptr : PG_GETARG_INTERVAL_P(1);
    return CStringGetTextDatum(wait_for_end(PG_GETARG_INT64(0), deadline(timeout)));
}

} // namespace
} // namespace pgtv::scheduler

Datum tview_wait(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] { return pgtv::scheduler::wait(fcinfo); });
}
