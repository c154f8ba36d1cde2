// Who may refresh a materialized view or TVIEW now: our own lock, and the relation's. Lifetime: transaction.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

/**
 * Takes the lock that says "is being refreshed", an advisory lock in a class of our own whose key is the OID; raises
 * 55P03 with the holder's pid at once when somebody else has it. Held to the end of the (sub)transaction.
 */
void claim_refresh(Oid relation);

/** How long to wait for locks at most, in ms: pg_tviews.lock_timeout, or lock_timeout if shorter; 0 = without limit. */
int lock_patience();

/**
 * Locks the materialized view as REFRESH will: ExclusiveLock, or AccessExclusiveLock, which readers wait for. Waits at
 * most pg_tviews.lock_timeout (or lock_timeout if shorter) for others to go, 55P03 after that. Readers that arrive
 * meanwhile are never held up for more than a tenth of a second. `begun` is cleared before 55P03 is raised because
 * somebody refreshes the view directly.
 */
void lock_for_refresh(Oid view, LOCKMODE mode, bool *begun);

/** A sentence on who refreshes the view now, through tview_refresh() or directly, besides us; NULL if nobody does. */
const char *find_refresher(Oid view);

} // namespace pgtv::scheduler
