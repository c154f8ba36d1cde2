// What launcher, schedulers, run workers and sessions share. Lifetime: server; empty again after a crash of any process.
//
// One lock guards all of it. Nothing that can raise runs while it is held.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

constexpr int most_databases = 1000;
constexpr int most_workers = 64;
constexpr int most_failures = 128;

/** Why nothing runs in a database. */
enum class Idle : uint8 {
    unknown,         // not looked at yet
    nothing_due,     // the next run is at next_due
    nothing_planned, // no enabled schedule, no queued run
    no_extension,
    workers_busy, // pg_tviews.max_workers are running
    no_free_slot, // max_worker_processes is used up
    kept_away,    // the database is being dropped, copied or moved
    failed,       // its scheduler failed; the launcher tries again
};

/** A database that has something to schedule, or may have. */
struct DatabaseEntry {
    Oid database;    // InvalidOid: free
    bool changed;    // a commit that its scheduler has not seen yet
    bool looked;     // its scheduler has looked at the clock since the server, or pg_tviews.scheduler, was started
    bool seen_start; // its scheduler has looked at the clock since the server was started
    bool installed;  // it has the extension, as far as is known
    bool prepared;   // a prepared transaction may have changed something
    Idle idle;
    pid_t pid;              // of its scheduler; 0 when none runs, negative while one is being started
    Latch *latch;           // of its scheduler, valid while pid is
    TimestampTz looked_at;  // the last time its scheduler looked
    TimestampTz next_due;   // when its scheduler must run; DT_NOEND: only after a change
    TimestampTz next_plan;  // the next run by schedule, as users see it; DT_NOEND: none
    TimestampTz not_before; // the launcher does not start its scheduler again before
    Oid last_owner;         // whose run started last: owners take turns
    int kept_away;          // sessions that drop, copy or move the database right now
    int failures;           // of its scheduler, in a row
    uint64 wakeups;         // of its scheduler, starts included
};

/** A background worker that carries out a run. */
struct WorkerSlot {
    Oid database; // InvalidOid: free
    int64 run_id;
    Oid relation;
    pid_t pid;    // 0 until it has started
    bool cancel;  // tview_cancel() asked for it
    bool evicted; // stopped because the database is needed by somebody; the run goes back to the queue
};

/** A refresh that failed outside of a run: the facts, which survive the rollback of the caller. */
struct FailedRefresh {
    Oid database;
    Oid relation;
    int64 run_id; // 0; else of a run that is stored already: only the registration has to be told
    TimestampTz started_at;
    TimestampTz finished_at;
    int sqlstate; // as ErrorData has it
    pid_t pid;
    char mode[16]; // the mode used, empty if not decided yet
    char message[512];
    char detail[512];
    char hint[256];
};

struct SharedState {
    pid_t launcher_pid; // 0 when it does not run
    Latch *launcher_latch;
    uint64 launcher_wakeups;
    bool databases_changed; // one was created or dropped
    bool slots_short;       // a background worker could not be started: schedulers leave as soon as they can
    ConditionVariable run_changed;
    DatabaseEntry databases[most_databases];
    WorkerSlot workers[most_workers];
    int failure_count;
    uint64 failures_lost;
    FailedRefresh failures[most_failures]; // oldest first
};

/** Asks for the shared memory; called once from _PG_init. */
void request_shared_state();

/** NULL unless the library was preloaded by the server. */
SharedState *find_shared_state();

/** Holds the lock of the shared state in a scope. Abort-safe: an error releases LWLocks. */
class SharedStateLock {
public:
    SharedStateLock();
    ~SharedStateLock();
    SharedStateLock(const SharedStateLock &) = delete;
    SharedStateLock &operator=(const SharedStateLock &) = delete;
};

/** The entry of a database, NULL if there is none. The lock is held. */
DatabaseEntry *find_database(SharedState *state, Oid database);

/** The entry of a database, made if there is none; NULL if there is no room. The lock is held. */
DatabaseEntry *find_or_add_database(SharedState *state, Oid database);

/** Marks a database as changed and wakes whoever has to look. The lock is held. */
void mark_changed(SharedState *state, Oid database);

/** Lets the scheduler of this database look again when, and only if, this transaction commits. */
void wake_at_commit();

/** A transaction prepared earlier has committed; what it asked for is due now. */
void prepared_transaction_committed();

/** Lets the launcher look for new and dropped databases when this transaction commits. */
void look_for_databases_at_commit();

/** Is this process the worker of a run? Then the run tells what happened, and nothing else should. */
bool is_run_worker();
void become_run_worker();

/** Hands a failure to the scheduler of its database, which writes it down at once. Without preload nothing happens. */
void report_failure(const FailedRefresh &failure);

/** The same from the worker of a run, or from a scheduler. */
void report_failure_of_run(const FailedRefresh &failure);

/**
 * The facts of `error` for report_failure(), for this database and now; texts are cut to what fits, never within a
 * character. `mode` may be NULL.
 */
FailedRefresh describe_failure(Oid relation, const char *mode, TimestampTz started_at, const ErrorData &error);

} // namespace pgtv::scheduler
