// The queue of runs of a database: what was lost is settled, what is due is chosen. In the caller's transaction.
// Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

#include "scheduler/worker_slots.hpp"

namespace pgtv::scheduler {

/** What a look at the queue found. */
struct QueueReading {
    int started;                    // runs marked as at work, to be started after commit
    SlotClaim claims[most_workers]; // their slots
    Oid relations[most_workers];
    TimestampTz next_due; // of a run whose time has not come; DT_NOEND: none
    bool waiting;         // runs are due that cannot start: workers busy, or what they read comes first
    bool look_soon;       // a run is locked by a session: look again shortly
    int at_work;
};

/**
 * Runs marked as at work that have no worker any more: back into the queue, or crashed. `server_started`: nobody looked
 * since; a run whose worker had not begun then did nothing yet. False if a session has one locked.
 */
bool settle_lost_runs(bool server_started);

/** Chooses due runs, takes slots for them and marks them as at work. */
void choose_due_runs(QueueReading *reading);

} // namespace pgtv::scheduler
