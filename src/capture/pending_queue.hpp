// The queue of scheduled TVIEWs (tview.pending): writers store the images of changed rows there with their
// transaction, a refresh takes them out again. Lifetime: the rows', from commit to refresh.
#pragma once

#include "pg/postgres.hpp"
#include "capture/rule_cache.hpp"

namespace pgtv::capture {

/** Stores what is pending in this transaction for scheduled TVIEWs; it counts as consumed by them. Waits for nobody. */
void store_pending();

/** Everything may have changed for `tview`, whose changes are stored. */
void store_whole(Oid tview);

/** The contents of `tview` are complete: whatever changes from here on is stored. For one that has no baseline yet. */
void store_baseline(Oid tview);

/** What load_pending() found. */
struct LoadedPending {
    bool anything; // stored since the last refresh
    bool baseline; // nothing was lost: the queue holds all changes since then
    bool whole;    // everything may have changed
};

/**
 * Moves what is stored for `tview` and visible to `snapshot` into the change set of this transaction, where it is
 * pending for `tview` alone. The caller has locked the TVIEW against other refreshes, and everything is computed under
 * this very snapshot: a change must be either both read and seen, or neither.
 */
LoadedPending load_pending(const CachedTView *tview, Snapshot snapshot);

/** Removes what is stored for `tview`. */
void discard_pending(Oid tview);

} // namespace pgtv::capture
