// Keeps the counts of locked values in memory of the transaction. Lifetime: transaction.

#include "pg/postgres.hpp"
#include "maintenance/lock_budget.hpp"

#include "maintenance/held_counts.hpp"
#include "pg/bridge.hpp"
#include "pg/context_allocator.hpp"
#include "pg/locks.hpp"

namespace pgtv::maintenance {
namespace {

using Counts = HeldCounts<pg::ContextAllocator<HeldCount>>;

Counts *held = nullptr;
// Only the last one is remembered: who forgets asks again, which costs nothing but the asking.
Oid refused_tview = InvalidOid;
int64 refused_values = 0;

void forget_transaction() {
    held = nullptr;
    refused_tview = InvalidOid;
    refused_values = 0;
}

void transaction_event(XactEvent event, void *) {
    pg::boundary([=] {
        if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
            forget_transaction();
    });
}

void subtransaction_event(SubXactEvent event, SubTransactionId, SubTransactionId, void *) {
    pg::boundary([=] {
        if (held == nullptr)
            return;
        if (event == SUBXACT_EVENT_ABORT_SUB)
            held->subtransaction_aborted(GetCurrentTransactionNestLevel());
        else if (event == SUBXACT_EVENT_COMMIT_SUB)
            held->subtransaction_committed(GetCurrentTransactionNestLevel());
    });
}

} // namespace

int64 held_values(Oid tview) {
    return held != nullptr ? held->of(tview) : 0;
}

int64 held_values_of_all() {
    return held != nullptr ? held->total() : 0;
}

void note_held_values(Oid tview, int64 values) {
    if (values == 0)
        return;
    if (held == nullptr)
        held = new (MemoryContextAlloc(TopTransactionContext, sizeof(Counts)))
            Counts(pg::ContextAllocator<HeldCount>(TopTransactionContext));
    held->add(tview, GetCurrentTransactionNestLevel(), values);
}

int64 refused_escalation(Oid tview) {
    return tview == refused_tview ? refused_values : 0;
}

void refuse_escalation(Oid tview, int64 values) {
    refused_tview = tview;
    refused_values = values;
}

int64 transaction_budget() {
    constexpr int64 writers = 16;
    return pg::lock_table_size() * 3 / 4 / writers;
}

void initialize_lock_budget() {
    RegisterXactCallback(transaction_event, nullptr);
    RegisterSubXactCallback(subtransaction_event, nullptr);
}

} // namespace pgtv::maintenance
