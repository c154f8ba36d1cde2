// The strategy `delta`: adjusts stored groups by what changed rows contribute. Lifetime: the flush of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/contributions.hpp"
#include "maintenance/key_set.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::maintenance {

/**
 * The change that `delta` can carry into the TVIEW: that of the only source which changed, in READ COMMITTED (under
 * the stricter levels rows are recomputed, to be compared under two snapshots). nullptr: another strategy.
 */
const capture::SourceChanges *delta_change(const plan::Rule *rule, List *changes);

/**
 * Writes the groups that `change` reaches; `keys`: the keys affected, locked; filled if they were left out. Called like
 * apply_keys(), with the images still pending: they are consumed here.
 */
RowCounts apply_delta(const plan::Rule *rule, KeySet *keys, const capture::SourceChanges *change);

struct AddedRow {
    enum class Outcome {
        added,
        must_be_alone, // K is to be locked exclusively: the row is not there, or goes, or has to be computed
        busy,          // another transaction has written the row, or is about to
    } outcome;
    TransactionId writer; // of a busy row; InvalidTransactionId: it has ended by now, or is not known
    RowCounts counts;
};

/**
 * Adds what `change` contributes to the stored row of the only key in `keys`, which others may do at the same time. Only
 * if it has `added` the images are consumed, and the row is this transaction's; else nothing is written or locked.
 */
AddedRow add_to_stored_row(const plan::Rule *rule, const KeySet &keys, const capture::SourceChanges *change);

} // namespace pgtv::maintenance
