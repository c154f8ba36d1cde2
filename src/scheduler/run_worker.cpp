// The worker that carries out one run: refreshes the relation as its owner and writes down how it went. Lifetime: the
// process.

#include "pg/postgres.hpp"
#include "scheduler/run_worker.hpp"

#include "pg/background_worker.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/settings.hpp"
#include "scheduler/refresh.hpp"
#include "scheduler/run_table.hpp"
#include "scheduler/sql_values.hpp"

extern "C" {
#pragma GCC visibility push(default)
void tview_run_worker_main(Datum argument);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

/** Lifetime: the process. */
struct Run {
    SlotClaim claim;
    Oid relation;
    int max_runtime; // ms, 0 = no limit
    RefreshAttempt attempt;
};

WorkerSlot *own_slot(const SlotClaim &claim) {
    WorkerSlot *slot = &find_shared_state()->workers[claim.index];
    return slot->database == claim.database && slot->run_id == claim.run_id ? slot : nullptr;
}

/** Runs when the process ends, in whatever way. The slot of an evicted run is kept: the scheduler queues it again. */
void report_end(const SlotClaim &claim) {
    {
        const SharedStateLock lock;
        WorkerSlot *slot = own_slot(claim);
        if (slot != nullptr && slot->evicted) {
            slot->pid = 0;
            mark_changed(find_shared_state(), claim.database);
            return;
        }
    }
    release_slot(claim);
}

/** False if the slot was given to somebody else, or the run back to the queue: this worker starts too late. */
bool enter(const SlotClaim &claim) {
    const SharedStateLock lock;
    WorkerSlot *slot = own_slot(claim);
    if (slot == nullptr || slot->evicted)
        return false;
    slot->pid = MyProcPid;
    return true;
}

/** The run has a worker from now on; false if it is not to be carried out any more. */
bool note_worker(Run *run) {
    pg::Sql sql;
    if (sql.run("UPDATE tview.run SET pid = pg_catalog.pg_backend_pid(), started_at = pg_catalog.clock_timestamp() "
                "WHERE run_id = $1 AND state = 'running' RETURNING relation",
                {sql::of_int8(run->claim.run_id)}) == 0)
        return false;
    run->relation = sql::oid_at(0, 1);
    return true;
}

/** False if the run is not to be carried out: a session may have taken it back while the scheduler looked. */
bool begin(Run *run) {
    if (!note_worker(run) || cancel_unwanted("running", run->claim.run_id))
        return false;
    run->max_runtime = settings::max_runtime;
    pg::Sql sql;
    if (sql.run("SELECT LEAST(EXTRACT(epoch FROM max_runtime) * 1000, 2147483647)::bigint FROM tview.registration "
                "WHERE view = $1 AND max_runtime IS NOT NULL",
                {pg::SqlValue::of_relation(run->relation)}) > 0)
        run->max_runtime = int(sql::int8_at(0, 1));
    return true;
}

bool cancel_requested(const SlotClaim &claim) {
    const SharedStateLock lock;
    const WorkerSlot *slot = own_slot(claim);
    return slot != nullptr && slot->cancel;
}

/** As its owner, who can neither become somebody else nor keep anything beyond the refresh. */
const char *refresh_as_owner(Run *run) {
    if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(run->relation)))
        raise(RelationMissing{psprintf("%u", run->relation)});
    Oid user;
    int security;
    GetUserIdAndSecContext(&user, &security);
    SetUserIdAndSecContext(pg::relation_owner(run->relation), security | SECURITY_LOCAL_USERID_CHANGE);
    const RefreshOutcome outcome = refresh(run->relation, nullptr, &run->attempt);
    SetUserIdAndSecContext(user, security);
    return outcome.mode;
}

/** The transaction of the refresh; the run is successful if and only if it commits. */
void carry_out(Run *run) {
    if (run->max_runtime > 0)
        enable_timeout_after(STATEMENT_TIMEOUT, run->max_runtime);
    if (cancel_requested(run->claim)) {
        QueryCancelPending = true;
        InterruptPending = true;
    }
    CHECK_FOR_INTERRUPTS();
    const char *mode = refresh_as_owner(run);
    if (run->max_runtime > 0)
        disable_timeout(STATEMENT_TIMEOUT, false);
    (void)finish_successful_run(run->claim.run_id, mode);
    prune_runs_of(run->relation);
}

const char *failed_state(const Run &run, const ErrorData &error, TimestampTz begin) {
    if (error.sqlerrcode != ERRCODE_QUERY_CANCELED)
        return "error";
    const bool timed_out = run.max_runtime > 0 && !cancel_requested(run.claim) &&
                           TimestampDifferenceExceeds(begin, GetCurrentTimestamp(), run.max_runtime);
    return timed_out ? "timed_out" : "canceled";
}

/** A cancel that comes too late must not keep the outcome from being written. */
void write_failure(const Run &run, const ErrorData &error, TimestampTz begin) {
    const RunFailure failure = {.state = failed_state(run, error, begin),
                                .sqlstate = error.sqlerrcode,
                                .message = error.message,
                                .detail = error.detail,
                                .hint = error.hint,
                                .mode = run.attempt.mode,
                                .begun = run.attempt.begun};
    HOLD_CANCEL_INTERRUPTS();
    (void)pg::in_transaction([&] {
        finish_failed_run(run.claim.run_id, failure);
        prune_runs_of(run.relation);
    });
    RESUME_CANCEL_INTERRUPTS();
}

Run current = {};

void work() {
    RunWorkerArgument argument;
    memcpy(&argument, MyBgworkerEntry->bgw_extra, sizeof(argument));
    current.claim = argument.claim;
    if (!enter(current.claim))
        return;
    before_shmem_exit([](int, Datum) { pg::boundary([] { report_end(current.claim); }); }, Datum(0));
    become_run_worker();
    pg::connect_worker(current.claim.database);
    pg::show_activity(MyBgworkerEntry->bgw_name);
    MemoryContextSwitchTo(AllocSetContextCreate(TopMemoryContext, "pg_tviews run", ALLOCSET_DEFAULT_SIZES));
    bool wanted = false;
    if (pg::in_transaction([&] { wanted = catalog::extension_installed() && begin(&current); }) != nullptr || !wanted)
        return;
    const TimestampTz start = GetCurrentTimestamp();
    const ErrorData *error = pg::in_transaction([] { carry_out(&current); });
    if (error != nullptr)
        write_failure(current, *error, start);
}

} // namespace
} // namespace pgtv::scheduler

void tview_run_worker_main(Datum) {
    pgtv::pg::boundary([] { pgtv::scheduler::work(); });
}
