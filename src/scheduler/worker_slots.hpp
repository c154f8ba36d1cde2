// Slots of the workers that carry out runs, in shared memory. Lifetime: server; a slot: from the decision to start a run
// until its worker has ended.
#pragma once

#include "pg/postgres.hpp"

#include "scheduler/shared_state.hpp"

namespace pgtv::scheduler {

/** A slot as its owner remembers it. */
struct SlotClaim {
    int index; // -1: none
    int64 run_id;
    Oid database;
};

/** How many more runs may start now. */
int free_slots();

/** Takes a slot for a run of this database; index -1 if none is free. */
SlotClaim take_slot(int64 run_id, Oid relation);

/** Gives a slot back and wakes those who wait for one or for the run. Does nothing if it is not ours any more. */
void release_slot(const SlotClaim &claim);

/** Has this database a slot for the run? */
bool has_slot(int64 run_id);

/** Runs of this database whose worker was stopped for the sake of somebody else; their slots are given back. */
List *take_evicted_runs(); // of SlotClaim

/** Lets runs of this database go back to the queue whose workers never reported: of a scheduler that is gone. */
void evict_unreported();

/** How many slots this database uses. */
int slots_in_use(Oid database);

} // namespace pgtv::scheduler
