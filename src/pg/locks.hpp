// Locks on TVIEWs, held to the end of the transaction. Lifetime: transaction.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

/**
 * Locks the contents of `tview` in a class of advisory locks of our own, which users' advisory locks never touch:
 * RowExclusiveLock for writing some keys, ShareRowExclusiveLock for writing everything. Readers take none.
 */
void lock_tview(Oid tview, LOCKMODE mode);

} // namespace pgtv::pg
