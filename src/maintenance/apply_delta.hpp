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
 * What the change contributes, computed as the TVIEW's owner under the active snapshot, which was taken after the last
 * lock; the images must still be pending. nullptr: too much for memory.
 */
Contributions *contributions_of(const plan::Rule *rule, const capture::SourceChanges *change);

/** Writes the groups that changed. `keys`: the keys affected. Called like apply_keys(). */
RowCounts apply_delta(const plan::Rule *rule, const KeySet &keys, Contributions *contributions);

} // namespace pgtv::maintenance
