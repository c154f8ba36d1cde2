// Compares what two snapshots see. Lifetime: a call.

#include "pg/postgres.hpp"
#include "maintenance/stale_snapshot.hpp"

#include "maintenance/recompute.hpp"
#include "maintenance/row_diff.hpp"
#include "pg_tviews/counters.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::maintenance {
namespace {

/** The same transactions count as committed: a subtransaction does with its transaction only. */
bool see_the_same(Snapshot one, Snapshot other) {
    return one->xmax == other->xmax && one->xcnt == other->xcnt &&
           (one->xcnt == 0 || memcmp(one->xip, other->xip, sizeof(TransactionId) * one->xcnt) == 0);
}

/** Any difference is an error. */
class DifferenceRaiser final : public DiffSink {
public:
    explicit DifferenceRaiser(Oid tview) : tview_(tview) {}
    void remove(const DiffRow & /*stored*/) override {
        refuse();
    }
    void change(const DiffRow & /*stored*/, const DiffRow & /*computed*/) override {
        refuse();
    }
    void add(const DiffRow & /*computed*/) override {
        refuse();
    }

private:
    [[noreturn]] void refuse() const {
        raise(StaleSnapshot{get_rel_name(tview_)});
    }

    Oid tview_;
};

/** The rows of one query under both snapshots: one as if they were stored, the other as if they were computed. */
void compare_snapshots(const plan::Rule *rule, Side query, const KeyChunk *chunk, const RowShape *shape) {
    DifferenceRaiser raiser(rule->tview);
    const int64 unchanged = counters::running.rows_unchanged;
    RowDiff diff(shape, &raiser);
    read_rows_as(rule, query, chunk, Side::computed, &diff);
    {
        const UnderTransactionSnapshot older;
        read_rows_as(rule, query, chunk, Side::stored, &diff);
    }
    diff.finish();
    counters::running.rows_unchanged = unchanged;
}

} // namespace

bool transaction_snapshot_differs() {
    return IsolationUsesXactSnapshot() && !see_the_same(GetActiveSnapshot(), GetTransactionSnapshot());
}

UnderTransactionSnapshot::UnderTransactionSnapshot() {
    PushCopiedSnapshot(GetTransactionSnapshot());
    UpdateActiveSnapshotCommandId();
}

void refuse_stale_rows(const plan::Rule *rule, const KeyChunk *chunk, const RowShape *shape) {
    compare_snapshots(rule, Side::stored, chunk, shape);
    compare_snapshots(rule, Side::computed, chunk, shape);
}

void refuse_unseen_row(Relation table, const ItemPointerData &tid, TupleTableSlot *slot) {
    ItemPointerData place = tid;
    if (!table_tuple_fetch_row_version(table, &place, GetTransactionSnapshot(), slot))
        raise(StaleSnapshot{RelationGetRelationName(table)});
    ExecClearTuple(slot);
}

} // namespace pgtv::maintenance
