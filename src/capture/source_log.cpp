// Creates and forgets the logs of the current transaction, and carries subtransaction ends into them. Lifetime:
// transaction; the memory is a child of TopTransactionContext and is never freed piecemeal.

#include "pg/postgres.hpp"
#include "capture/source_log.hpp"

#include "capture/change_set.hpp"
#include "capture/layout.hpp"
#include "capture/rule_cache.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/capture.hpp"

namespace pgtv::capture {
namespace {

SourceLog *newest = nullptr;
MemoryContext memory = nullptr;
uint64 transaction = 1; // counts transactions, so that a Route knows whether its log is of this one
bool maybe_pending = false;

SourceLog *create_log(const ImageLayout *layout) {
    if (memory == nullptr)
        memory = AllocSetContextCreate(TopTransactionContext, "pg_tviews change sets", ALLOCSET_DEFAULT_SIZES);
    void *room = MemoryContextAlloc(memory, sizeof(SourceLog));
    auto *log = new (room) SourceLog(layout, memory, newest);
    for (int i = 0; i < layout->consumer_count; i++) {
        if (!layout->consumers[i].takes_images)
            log->changes.set_takes_no_images(i);
    }
    newest = log;
    return log;
}

/** The transaction is over: what it captured goes with its memory context. Memory only, must not fail. */
void forget_transaction() {
    newest = nullptr;
    memory = nullptr;
    transaction++;
    maybe_pending = false;
    ImageStore::reset_memory_use();
    release_retired_descriptors();
    release_retired_rules();
}

void transaction_event(XactEvent event, void *) {
    pg::boundary([=] {
        switch (event) {
        case XACT_EVENT_COMMIT:
        case XACT_EVENT_ABORT:
        case XACT_EVENT_PREPARE:
        case XACT_EVENT_PARALLEL_COMMIT:
        case XACT_EVENT_PARALLEL_ABORT:
            forget_transaction();
            break;
        default:
            break;
        }
    });
}

void subtransaction_event(SubXactEvent event, SubTransactionId, SubTransactionId, void *) {
    pg::boundary([=] {
        if (newest == nullptr || (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB))
            return;
        const int level = GetCurrentTransactionNestLevel();
        for (SourceLog *log = newest; log != nullptr; log = log->next) {
            if (event == SUBXACT_EVENT_ABORT_SUB)
                log->changes.subtransaction_aborted(level);
            else
                log->changes.subtransaction_committed(level);
        }
        if (event == SUBXACT_EVENT_ABORT_SUB)
            maybe_pending = true; // consumption may have been undone
    });
}

} // namespace

SourceLog *first_log() {
    return newest;
}

SourceLog *find_log(Oid source) {
    for (SourceLog *log = newest; log != nullptr; log = log->next) {
        if (log->layout->source == source)
            return log;
    }
    return nullptr;
}

SourceLog *get_log(Route *route) {
    maybe_pending = true;
    if (route->log_of_transaction == transaction)
        return static_cast<SourceLog *>(route->log);
    SourceLog *log = find_log(route->layout->source);
    if (log == nullptr || !same_layout(log->layout, route->layout))
        log = create_log(route->layout);
    route->log = log;
    route->log_of_transaction = transaction;
    return log;
}

SourceLog *get_log_of(const ImageLayout *layout) {
    maybe_pending = true;
    for (SourceLog *log = newest; log != nullptr; log = log->next) {
        if (same_layout(log->layout, layout))
            return log;
    }
    return create_log(layout);
}

int find_consumer(const ImageLayout *layout, Oid tview) {
    for (int i = 0; i < layout->consumer_count; i++) {
        if (layout->consumers[i].tview == tview)
            return i;
    }
    return -1;
}

void note_pending(bool anything) {
    maybe_pending = anything;
}

bool anything_pending() {
    return maybe_pending;
}

void before_commit() {
    for (SourceLog *log = newest; log != nullptr; log = log->next)
        log->store.close();
}

void initialize_logs() {
    RegisterXactCallback(transaction_event, nullptr);
    RegisterSubXactCallback(subtransaction_event, nullptr);
}

} // namespace pgtv::capture
