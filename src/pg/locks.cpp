// Locks on TVIEWs through the lock manager's advisory tags. Lifetime: transaction.

#include "pg/postgres.hpp"
#include "pg/locks.hpp"

namespace pgtv::pg {
namespace {

/** The fourth field of the tag: pg_advisory_lock() uses 1 and 2. */
constexpr uint16 tview_lock_class = 0x5456;

} // namespace

void lock_tview(Oid tview, LOCKMODE mode) {
    LOCKTAG tag;
    SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, tview, 0, tview_lock_class);
    (void)LockAcquire(&tag, mode, false, false);
}

} // namespace pgtv::pg
