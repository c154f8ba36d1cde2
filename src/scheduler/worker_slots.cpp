// Slots of the workers that carry out runs, in shared memory. Lifetime: server.

#include "pg/postgres.hpp"
#include "scheduler/worker_slots.hpp"

#include "pg_tviews/settings.hpp"

namespace pgtv::scheduler {
namespace {

int used_slots(const SharedState &state) {
    int used = 0;
    for (const WorkerSlot &slot : state.workers)
        used += OidIsValid(slot.database) ? 1 : 0;
    return used;
}

bool holds(const WorkerSlot &slot, const SlotClaim &claim) {
    return slot.database == claim.database && slot.run_id == claim.run_id;
}

/** Frees the slot; all who wait for one look again. The lock is held. */
void free_slot(SharedState *state, WorkerSlot *slot) {
    mark_changed(state, slot->database);
    *slot = WorkerSlot{};
    for (const DatabaseEntry &entry : state->databases)
        if (OidIsValid(entry.database) && entry.idle == Idle::workers_busy)
            mark_changed(state, entry.database);
}

} // namespace

int free_slots() {
    const SharedState *state = find_shared_state();
    const SharedStateLock lock;
    return std::max(0, std::min(settings::max_workers, most_workers) - used_slots(*state));
}

SlotClaim take_slot(int64 run_id, Oid relation) {
    SharedState *state = find_shared_state();
    const SharedStateLock lock;
    if (used_slots(*state) >= std::min(settings::max_workers, most_workers))
        return {-1, run_id, MyDatabaseId};
    for (int i = 0; i < most_workers; i++) {
        WorkerSlot &slot = state->workers[i];
        if (OidIsValid(slot.database))
            continue;
        slot = WorkerSlot{};
        slot.database = MyDatabaseId;
        slot.run_id = run_id;
        slot.relation = relation;
        return {i, run_id, MyDatabaseId};
    }
    return {-1, run_id, MyDatabaseId};
}

void release_slot(const SlotClaim &claim) {
    SharedState *state = find_shared_state();
    {
        const SharedStateLock lock;
        WorkerSlot *slot = &state->workers[claim.index];
        if (!holds(*slot, claim))
            return;
        free_slot(state, slot);
    }
    ConditionVariableBroadcast(&state->run_changed);
}

bool has_slot(int64 run_id) {
    const SharedState *state = find_shared_state();
    const SharedStateLock lock;
    return std::any_of(std::begin(state->workers), std::end(state->workers), [run_id](const WorkerSlot &slot) {
        return slot.database == MyDatabaseId && slot.run_id == run_id;
    });
}

List *take_evicted_runs() {
    SharedState *state = find_shared_state();
    auto *claims = static_cast<SlotClaim *>(palloc(sizeof(SlotClaim) * most_workers));
    int count = 0;
    {
        const SharedStateLock lock;
        for (int i = 0; i < most_workers; i++) {
            WorkerSlot *slot = &state->workers[i];
            if (slot->database != MyDatabaseId || !slot->evicted || slot->pid != 0)
                continue;
            claims[count++] = {i, slot->run_id, slot->database};
            free_slot(state, slot);
        }
    }
    List *result = NIL;
    for (int i = 0; i < count; i++)
        result = lappend(result, &claims[i]);
    return result;
}

void evict_unreported() {
    SharedState *state = find_shared_state();
    const SharedStateLock lock;
    for (WorkerSlot &slot : state->workers)
        if (slot.database == MyDatabaseId && slot.pid == 0)
            slot.evicted = true;
}

int slots_in_use(Oid database) {
    const SharedState *state = find_shared_state();
    const SharedStateLock lock;
    return int(std::count_if(std::begin(state->workers), std::end(state->workers),
                             [database](const WorkerSlot &slot) { return slot.database == database; }));
}

} // namespace pgtv::scheduler
