// tview_refresh(): the refresh a user asks for, written down as a run of its own. Lifetime: a call.

#include "pg/postgres.hpp"

#include "pg/bridge.hpp"
#include "pg/on_error.hpp"
#include "scheduler/refresh.hpp"
#include "scheduler/registration_table.hpp"
#include "scheduler/run_table.hpp"
#include "scheduler/shared_state.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_refresh);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

/** A refresh of this session, while it is at work; one may be called by the query of another. */
struct AtWork {
    Oid relation;
    const RefreshAttempt *attempt;
    const AtWork *outer;
};
const AtWork *at_work = nullptr; // lifetime: the session; what it points to: the call

/** A session that is terminated raises no error that could be looked at. Runs when the process ends: memory only. */
void report_terminated() {
    ErrorData facts = {};
    facts.sqlerrcode = ERRCODE_ADMIN_SHUTDOWN;
    facts.message = const_cast<char *>("the session of the refresh was terminated");
    for (; at_work != nullptr; at_work = at_work->outer)
        if (at_work->attempt->begun)
            report_failure(
                describe_failure(at_work->relation, at_work->attempt->mode, at_work->attempt->started_at, facts));
}

void watch_session() {
    static bool watched = false;
    if (!watched)
        before_shmem_exit([](int, Datum) { pg::boundary([] { report_terminated(); }); }, Datum(0));
    watched = true;
}

/** What the caller's rollback would take away is left in shared memory; the scheduler writes it down. */
void report(Oid relation, const RefreshAttempt &attempt, const pg::ErrorText &error) {
    if (attempt.begun && error.data != nullptr)
        report_failure(describe_failure(relation, attempt.mode, attempt.started_at, *error.data));
}

Datum make_row(FunctionCallInfo fcinfo, Oid relation, const RefreshOutcome &outcome) {
    TupleDesc descriptor = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "tview_refresh() does not return a row");
    Datum values[] = {ObjectIdGetDatum(relation),
                      CStringGetTextDatum(outcome.kind),
                      CStringGetTextDatum(outcome.mode),
                      CStringGetTextDatum("success"),
                      Float8GetDatum(double(outcome.finished_at - outcome.started_at) / 1000.0),
                      Int64GetDatum(outcome.counts.inserted),
                      Int64GetDatum(outcome.counts.updated),
                      Int64GetDatum(outcome.counts.deleted)};
    bool nulls[] = {false, false, false, false, false, !outcome.counted, !outcome.counted, !outcome.counted};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

Datum refresh_on_request(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const Oid relation = PG_GETARG_OID(0);
    const char *mode = PG_ARGISNULL(1) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(1));
    RefreshAttempt attempt = {};
    RefreshOutcome outcome = {};
    watch_session();
    const AtWork own = {relation, &attempt, at_work};
    at_work = &own;
    pg::on_error([&] { outcome = refresh(relation, mode, &attempt, true); },
                 [&](const pg::ErrorText &error) {
                     at_work = own.outer;
                     report(relation, attempt, error);
                 });
    at_work = own.outer;
    insert_manual_run(relation, {outcome.mode, outcome.started_at, outcome.finished_at});
    // Where nothing is preloaded nobody else does. An older snapshot could meet runs that somebody removed since.
    if (!IsolationUsesXactSnapshot())
        prune_runs_of(relation);
    return make_row(fcinfo, relation, outcome);
}

} // namespace
} // namespace pgtv::scheduler

Datum tview_refresh(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] { return pgtv::scheduler::refresh_on_request(fcinfo); });
}
