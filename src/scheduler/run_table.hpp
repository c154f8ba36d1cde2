// Runs as rows of tview.run, and what a failure does to them and to the registration. In the caller's transaction.
// Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

#include "scheduler/shared_state.hpp"

namespace pgtv::scheduler {

/** A run to be queued. */
struct NewRun {
    Oid relation;
    const char *trigger; // schedule, manual, retry, catch-up
    TimestampTz due_at;
    int attempt;
};

/** How a run ended that was no success. */
struct RunFailure {
    const char *state; // error, timed_out, canceled, crashed
    int sqlstate;      // as ErrorData has it
    const char *message;
    const char *detail;
    const char *hint;
    const char *mode;
    bool begun; // false: refused before it began, which is no result of a refresh
};

/** Queues a run; returns its id. */
int64 insert_run(const NewRun &run);

/** Notes that a due time led to no run. Repetitions for the same reason are one row: due_at the first, finished_at the last. */
void note_skipped(Oid relation, TimestampTz due_at, const char *reason);

/** Notes that a schedule could not be read, which ends it until it is changed. */
void note_bad_schedule(Oid relation, const ErrorData &error);

/** The run at work was successful; false if it is not at work any more. */
bool finish_successful_run(int64 run_id, const char *mode);

/**
 * The run at work has failed. Stores it, tells the registration, and queues another attempt where that can help and the
 * schedule does not come first.
 */
void finish_failed_run(int64 run_id, const RunFailure &failure);

/**
 * Cancels runs in `state` whose relation was dropped or unregistered, or whose schedule was taken away or suspended, by a
 * session that could not see them yet: of `run_id` only, unless that is 0. True if there were any.
 */
bool cancel_unwanted(const char *state, int64 run_id);

/** Puts runs whose worker was stopped or never started back into the queue, without counting the attempt. */
void requeue_run(int64 run_id);

/**
 * Tells the registration of a relation that a refresh failed; false if its row is locked by somebody: never waits. True
 * when there is no registration.
 */
bool tell_registration(const FailedRefresh &failure);

/** Stores a failed refresh that was no run of the scheduler; returns the id it gets. */
int64 insert_failed_refresh(const FailedRefresh &failure);

/** Removes finished runs that are older than pg_tviews.run_retention; leaves those that somebody has locked. */
void prune_runs();

/** The same for one relation; and its oldest finished runs beyond pg_tviews.runs_per_relation. */
void prune_runs_of(Oid relation);

} // namespace pgtv::scheduler
