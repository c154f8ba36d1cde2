// REPEATABLE READ and SERIALIZABLE: what is written follows from what is committed now, and the transaction's own
// snapshot may be older. Where the two disagree the transaction cannot see what it writes, and fails with 40001.
// Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_chunks.hpp"
#include "maintenance/row_shape.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/**
 * Has the transaction a snapshot of its own, under which others' changes look different from the active snapshot?
 * False says nothing of the kind was committed in between.
 */
bool transaction_snapshot_differs();

/** While it lives the transaction's snapshot is active, with the transaction's own changes so far. */
class UnderTransactionSnapshot {
public:
    UnderTransactionSnapshot();
    ~UnderTransactionSnapshot() {
        PopActiveSnapshot();
    }
    UnderTransactionSnapshot(const UnderTransactionSnapshot &) = delete;
    UnderTransactionSnapshot &operator=(const UnderTransactionSnapshot &) = delete;
};

/**
 * Raises 40001 if the rows of these keys (nullptr: all rows), computed or stored, differ between the active snapshot
 * and the transaction's. Called as the owner.
 */
void refuse_stale_rows(const plan::Rule *rule, const KeyChunk *chunk, const RowShape *shape);

/** Raises 40001 if the transaction's snapshot does not see this version of a stored row. */
void refuse_unseen_row(Relation table, const ItemPointerData &tid, TupleTableSlot *slot);

} // namespace pgtv::maintenance
