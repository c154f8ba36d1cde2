// Locks of ours through the lock manager's advisory tags. Lifetime: transaction.

#include "pg/postgres.hpp"
#include "pg/locks.hpp"

namespace pgtv::pg {
namespace {

LOCKTAG tag_of(const ValueLock &lock) {
    LOCKTAG tag;
    SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, lock.tview, lock.hash, static_cast<uint16>(lock.lock_class));
    return tag;
}

} // namespace

LockOutcome try_lock(const ValueLock &lock, LOCKMODE mode) {
    const LOCKTAG tag = tag_of(lock);
    switch (LockAcquire(&tag, mode, false, true)) {
    case LOCKACQUIRE_NOT_AVAIL:
        return LockOutcome::refused;
    case LOCKACQUIRE_OK:
        return LockOutcome::taken;
    default:
        return LockOutcome::already_held;
    }
}

void wait_for_lock(const ValueLock &lock, LOCKMODE mode) {
    const LOCKTAG tag = tag_of(lock);
    (void)LockAcquire(&tag, mode, false, false);
}

void wait_for_transaction(TransactionId transaction) {
    XactLockTableWait(transaction, nullptr, nullptr, XLTW_None);
}

void unlock(const ValueLock &lock, LOCKMODE mode) {
    const LOCKTAG tag = tag_of(lock);
    (void)LockRelease(&tag, mode, false);
}

bool holds_lock(const ValueLock &lock, LOCKMODE mode) {
    const LOCKTAG tag = tag_of(lock);
    return compat::holds_lock(tag, mode);
}

int64 lock_table_size() {
    return int64{max_locks_per_xact} * (MaxBackends + max_prepared_xacts);
}

} // namespace pgtv::pg
