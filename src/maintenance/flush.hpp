// What the hooks need to know of a running flush. Lifetime: transaction.
#pragma once

#include "pg/postgres.hpp"
#include "capture/rule_cache.hpp"

namespace pgtv::maintenance {

/** Is a flush in progress? What runs inside it must not begin another. */
bool flushing();

/** The subtransaction of nesting level `level` (1 = the transaction) ends: a flush begun in it is over. Memory only. */
void end_flush_of_level(int level);

/**
 * The cached entry of `tview` as it stays for this transaction: all relations of its rule are locked, so that nobody
 * can alter them any more. nullptr if the TVIEW is gone. A writer's statement locks only the sources it writes. `mode`:
 * of the lock on the TVIEW itself, on all else AccessShareLock.
 */
const capture::CachedTView *settled_tview(Oid tview, LOCKMODE mode = AccessShareLock);

} // namespace pgtv::maintenance
