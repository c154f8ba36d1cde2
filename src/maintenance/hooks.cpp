// The ends of statements and transactions. A statement ends with ExecutorFinish (its AFTER triggers have fired then,
// foreign-key cascades included) or with ProcessUtility. Lifetime: backend.

#include "pg/postgres.hpp"
#include "maintenance/hooks.hpp"

#include "capture/change_set.hpp"
#include "capture/pending_queue.hpp"
#include "capture/statement_watch.hpp"
#include "maintenance/flush.hpp"
#include "maintenance/lock_budget.hpp"
#include "maintenance/statement_stack.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_flush);
#pragma GCC visibility pop
}

namespace pgtv::maintenance {
namespace {

ExecutorStart_hook_type next_start = nullptr;
ExecutorRun_hook_type next_run = nullptr;
ExecutorFinish_hook_type next_finish = nullptr;
constexpr char utility_command = 0; // its address stands for the innermost utility command

bool modifies_data(const QueryDesc *query) {
    return query->operation != CMD_SELECT || query->plannedstmt->hasModifyingCTE;
}

bool in_trigger() {
    return DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, Datum(0))) > 0;
}

void flush_if_due() {
    if (capture::anything_pending() && flush_possible())
        (void)flush(FlushScope::immediate);
}

/**
 * A COPY that loaded the library has no end which we could see: its changes are flushed when the next command begins,
 * which must then see them.
 */
void flush_after_uncounted(QueryDesc *query) {
    if (!uncounted_is_over())
        return;
    end_uncounted();
    flush_if_due();
    if (query == nullptr || query->snapshot == nullptr)
        return;
    UnregisterSnapshot(query->snapshot);
    query->snapshot = RegisterSnapshot(GetTransactionSnapshot());
}

void start_executor(QueryDesc *query, int flags) {
    pg::boundary([=] {
        capture::statement_seen();
        flush_after_uncounted(query);
        if (next_start != nullptr)
            next_start(query, flags);
        else
            standard_ExecutorStart(query, flags);
    });
}

void run_executor(PGTV_RUN_PARAMETERS) {
    pg::boundary([=] {
        // Counted from here: what is only explained never runs.
        if (modifies_data(query))
            begin_modifying(query);
        if (next_run != nullptr)
            next_run(PGTV_RUN_ARGUMENTS);
        else
            standard_ExecutorRun(PGTV_RUN_ARGUMENTS);
    });
}

void finish_executor(QueryDesc *query) {
    pg::boundary([=] {
        if (next_finish != nullptr)
            next_finish(query);
        else
            standard_ExecutorFinish(query);
        // The first modifying statement to finish without having been counted is the one that loaded the library.
        if (modifies_data(query) && !end_modifying(query))
            end_uncounted();
        flush_if_due();
    });
}

/**
 * What was written by triggers, by logical replication or for deferred TVIEWs; what scheduled ones will need; then what
 * that has queued.
 */
void flush_before_commit() {
    forget_statements();
    end_flush_of_level(1);
    if (capture::anything_pending()) {
        PushActiveSnapshot(GetTransactionSnapshot());
        while (capture::anything_pending()) {
            (void)flush(FlushScope::all);
            capture::store_pending();
            AfterTriggerFireDeferred();
        }
        PopActiveSnapshot();
    }
    capture::before_commit();
}

void transaction_event(XactEvent event, void *) {
    pg::boundary([=] {
        switch (event) {
        case XACT_EVENT_PRE_COMMIT:
        case XACT_EVENT_PRE_PREPARE:
            flush_before_commit();
            break;
        case XACT_EVENT_COMMIT:
        case XACT_EVENT_ABORT:
        case XACT_EVENT_PREPARE:
            forget_statements();
            forget_refresh_inside();
            end_flush_of_level(1);
            break;
        default:
            break;
        }
    });
}

void subtransaction_event(SubXactEvent event, SubTransactionId, SubTransactionId, void *) {
    pg::boundary([=] {
        if (event != SUBXACT_EVENT_ABORT_SUB)
            return;
        forget_statements_of_level(GetCurrentTransactionNestLevel());
        end_flush_of_level(GetCurrentTransactionNestLevel());
    });
}

int64 flush_on_request() {
    if (!flush_possible())
        raise(NotReady{"cannot flush in the middle of a data-modifying statement",
                       "The statement that calls tview_flush(), or one further out, is only half applied.",
                       "Call tview_flush() in a statement of its own."});
    return flush(FlushScope::all);
}

} // namespace

bool flush_possible() {
    return !modifying() && !flushing() && !in_trigger() && !IsParallelWorker() && IsTransactionState() &&
           !IsAbortedTransactionBlockState();
}

void utility_begin(bool modifies) {
    capture::statement_seen();
    flush_after_uncounted(nullptr);
    if (modifies)
        begin_modifying(&utility_command);
}

void utility_end(bool modifies) {
    if (modifies)
        (void)end_modifying(&utility_command);
    flush_if_due();
}

void install_hooks() {
    next_start = ExecutorStart_hook;
    ExecutorStart_hook = start_executor;
    next_run = ExecutorRun_hook;
    ExecutorRun_hook = run_executor;
    next_finish = ExecutorFinish_hook;
    ExecutorFinish_hook = finish_executor;
    RegisterXactCallback(transaction_event, nullptr);
    RegisterSubXactCallback(subtransaction_event, nullptr);
    capture::set_uncounted_listener(begin_uncounted);
}

void initialize() {
    install_hooks();
    initialize_lock_budget();
}

} // namespace pgtv::maintenance

Datum tview_flush(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        (void)fcinfo;
        return Int64GetDatum(pgtv::maintenance::flush_on_request());
    });
}
