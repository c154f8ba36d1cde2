// Locks the contents of several TVIEWs at once, for commands that do not maintain them. Lifetime: transaction.

#include "pg/postgres.hpp"
#include "pg/locks.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::maintenance {
namespace {

constexpr int rounds_before_queueing = 16;

pg::ValueLock lock_of(Oid tview) {
    return {tview, pg::LockClass::tview, 0};
}

/** All of `tviews`, or none: then the one that is in the way. */
Oid take_without_waiting(List *tviews) {
    List *taken = NIL;
    ListCell *cell;
    foreach (cell, tviews) {
        const pg::LockOutcome outcome = pg::try_lock(lock_of(lfirst_oid(cell)), ShareRowExclusiveLock);
        if (outcome == pg::LockOutcome::taken)
            taken = lappend_oid(taken, lfirst_oid(cell));
        if (outcome != pg::LockOutcome::refused)
            continue;
        ListCell *other;
        foreach (other, taken)
            pg::unlock(lock_of(lfirst_oid(other)), ShareRowExclusiveLock);
        return lfirst_oid(cell);
    }
    return InvalidOid;
}

} // namespace

/** While it waits it holds none but what it waits for: a writer that has one of them may come to the others. */
void lock_contents(List *tviews) {
    list_sort(tviews, list_oid_cmp);
    for (int i = 0; i < rounds_before_queueing; i++) {
        const Oid obstacle = take_without_waiting(tviews);
        if (!OidIsValid(obstacle))
            return;
        pg::wait_for_lock(lock_of(obstacle), ShareRowExclusiveLock);
        if (list_length(tviews) == 1)
            return;
        pg::unlock(lock_of(obstacle), ShareRowExclusiveLock);
    }
    ListCell *cell;
    foreach (cell, tviews)
        pg::wait_for_lock(lock_of(lfirst_oid(cell)), ShareRowExclusiveLock);
}

} // namespace pgtv::maintenance
