// From pending changes to the keys to recompute, under locks that keep the answer true until the transaction ends.
// Lifetime: the flush of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "capture/rule_cache.hpp"
#include "maintenance/key_set.hpp"
#include "maintenance/value_locks.hpp"

namespace pgtv::maintenance {

struct LockedDerivation {
    const capture::CachedTView *entry;
    List *changes;              // of capture::SourceChanges *
    LockUse key_use;            // writes_key; or changes_rows, to add to stored rows only
    bool may_leave_out = false; // the keys, if there is nothing to lock: KeySet::left_out
};

/**
 * Derives the keys which the changes affect, and takes all locks which recomputing them needs: the rows are to be
 * computed under a snapshot taken after this. The caller ends `keys->keys` if set, and keeps the locks or gives them back.
 * False: the TVIEW's rule has changed before the TVIEW was locked, and nothing is locked or derived.
 */
bool derive_locked(const LockedDerivation &derivation, ValueLocks *locks, KeySet *keys);

} // namespace pgtv::maintenance
