// From pending changes to the keys to recompute, under locks that keep the answer true until the transaction ends.
// Lifetime: the flush of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "capture/rule_cache.hpp"
#include "maintenance/key_set.hpp"

namespace pgtv::maintenance {

/**
 * Derives the keys which the `changes` (list of capture::SourceChanges *) affect, and takes all locks which recomputing
 * them needs: the rows are to be computed under a snapshot taken after this. The caller ends `keys->keys` if set.
 * False: the TVIEW's rule has changed before the TVIEW was locked, and nothing is locked or derived.
 */
bool derive_locked(const capture::CachedTView *entry, List *changes, KeySet *keys);

} // namespace pgtv::maintenance
