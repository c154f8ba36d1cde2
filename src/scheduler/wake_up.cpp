// Tells the scheduler at commit that something changed; a rollback tells nothing. Lifetime of the request: transaction.
//
// A rolled-back savepoint leaves the request standing: the scheduler looks once for nothing.

#include "pg/postgres.hpp"
#include "scheduler/shared_state.hpp"

#include "pg/bridge.hpp"

namespace pgtv::scheduler {
namespace {

bool change_pending = false;
bool databases_pending = false;
bool callback_registered = false;

void wake_now() {
    SharedState *state = find_shared_state();
    if (state == nullptr)
        return;
    if (change_pending)
        ConditionVariableBroadcast(&state->run_changed);
    const SharedStateLock lock;
    if (change_pending && OidIsValid(MyDatabaseId))
        mark_changed(state, MyDatabaseId);
    if (databases_pending) {
        state->databases_changed = true;
        if (state->launcher_pid != 0)
            SetLatch(state->launcher_latch);
    }
}

/** The transaction may be committed much later, by another session. */
void remember_prepared() {
    SharedState *state = find_shared_state();
    if (state == nullptr || !change_pending)
        return;
    const SharedStateLock lock;
    DatabaseEntry *entry = find_or_add_database(state, MyDatabaseId);
    if (entry != nullptr)
        entry->prepared = true;
}

/** Runs after the commit is visible to others: nothing here raises. */
void at_end(XactEvent event, void *) {
    if (!change_pending && !databases_pending)
        return;
    if (event == XACT_EVENT_COMMIT)
        wake_now();
    if (event == XACT_EVENT_PREPARE)
        remember_prepared();
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
        change_pending = databases_pending = false;
}

void register_callback() {
    if (callback_registered)
        return;
    RegisterXactCallback([](XactEvent event, void *argument) { pg::boundary([=] { at_end(event, argument); }); },
                         nullptr);
    callback_registered = true;
}

} // namespace

void wake_at_commit() {
    register_callback();
    change_pending = true;
}

void prepared_transaction_committed() {
    SharedState *state = find_shared_state();
    if (state == nullptr)
        return;
    const SharedStateLock lock;
    const DatabaseEntry *entry = find_database(state, MyDatabaseId);
    if (entry == nullptr || entry->prepared)
        mark_changed(state, MyDatabaseId);
}

void look_for_databases_at_commit() {
    register_callback();
    databases_pending = true;
}

} // namespace pgtv::scheduler
