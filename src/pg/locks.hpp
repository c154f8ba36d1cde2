// Locks of ours, held to the end of the transaction. Lifetime: transaction; the rollback of a subtransaction releases
// those it took.
//
// They are advisory locks of classes of our own (pg_locks.objsubid), which users' advisory locks, classes 1 and 2,
// never touch. pg_locks shows the TVIEW in classid and a hash in objid.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

enum class LockClass : uint16 {
    tview = 0x5456, // all contents of a TVIEW; the hash is 0
    edge = 0x5457,  // rows of a source that have one value in the columns by which derivations look them up
    key = 0x5458,   // rows of the TVIEW that have one key
    line = 0x5459,  // who comes next for the stored row of a key
};

struct ValueLock {
    Oid tview;
    LockClass lock_class;
    uint32 hash;
};

enum class LockOutcome {
    refused, // somebody holds a conflicting lock or waits for one
    taken,
    already_held, // in this mode
};

/** Takes the lock if that needs no waiting. */
LockOutcome try_lock(const ValueLock &lock, LOCKMODE mode);

/** Takes the lock; waits as long as it takes. */
void wait_for_lock(const ValueLock &lock, LOCKMODE mode);

/** Waits until that (sub)transaction has ended. */
void wait_for_transaction(TransactionId transaction);

/** Gives back a lock that try_lock() has taken or wait_for_lock() waited for, under the same resource owner. */
void unlock(const ValueLock &lock, LOCKMODE mode);

/** Does this transaction hold the lock in this very mode? Looks into local memory only. */
bool holds_lock(const ValueLock &lock, LOCKMODE mode);

/** How many locks the server's lock table is made for. */
int64 lock_table_size();

} // namespace pgtv::pg
