// The writing half of a flush: recompute, compare, write only the differences. Lifetime: one TVIEW of one flush.
//
// Called with the TVIEW locked (ValueLocks) and a snapshot taken after that active, but not as the owner: these
// functions become the owner themselves, and leave that restricted context again to let the row triggers of the
// TVIEW queue deferred events.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_set.hpp"
#include "maintenance/rowwise_change.hpp"
#include "pg_tviews/maintenance.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/**
 * Brings the rows with these keys up to date; all rows if the set is everything. `change`: what is
 * known of the changes, if that may save recomputing.
 */
RowCounts apply_keys(const plan::Rule *rule, const KeySet &keys, const RowwiseChange &change = {});

/** Brings all rows up to date. */
RowCounts apply_full(const plan::Rule *rule);

/**
 * The two-way EXCEPT ALL between the query and the table: rows are equal as their types' equality has it, where there
 * is one. (Which of two equal values represents a group can depend on the plan.)
 */
Difference find_difference(const plan::Rule *rule);

} // namespace pgtv::maintenance
