// Failed refreshes reported in shared memory, on their way into the tables. Lifetime: a call.

#include "pg/postgres.hpp"
#include "scheduler/failures.hpp"

#include "scheduler/run_table.hpp"
#include "scheduler/shared_state.hpp"

namespace pgtv::scheduler {

List *take_failures() {
    SharedState *state = find_shared_state();
    auto *taken = static_cast<FailedRefresh *>(palloc(sizeof(FailedRefresh) * most_failures));
    int count = 0;
    {
        const SharedStateLock lock;
        int kept = 0;
        for (int i = 0; i < state->failure_count; i++) {
            const FailedRefresh &failure = state->failures[i];
            if (failure.database == MyDatabaseId)
                taken[count++] = failure;
            else
                state->failures[kept++] = failure;
        }
        state->failure_count = kept;
    }
    List *result = NIL;
    for (int i = 0; i < count; i++)
        result = lappend(result, &taken[i]);
    return result;
}

void put_back_failures(List *failures) {
    SharedState *state = find_shared_state();
    const SharedStateLock lock;
    ListCell *cell;
    foreach (cell, failures) {
        if (state->failure_count == most_failures)
            state->failures_lost++;
        else
            state->failures[state->failure_count++] = *static_cast<FailedRefresh *>(lfirst(cell));
    }
}

List *store_failures(List *failures) {
    List *left = NIL;
    ListCell *cell;
    foreach (cell, failures) {
        auto *failure = static_cast<FailedRefresh *>(palloc(sizeof(FailedRefresh)));
        *failure = *static_cast<FailedRefresh *>(lfirst(cell)); // the original goes back if the transaction fails
        if (failure->run_id == 0) {
            failure->run_id = insert_failed_refresh(*failure);
            prune_runs_of(failure->relation);
        }
        if (!tell_registration(*failure))
            left = lappend(left, failure);
    }
    return left;
}

} // namespace pgtv::scheduler
