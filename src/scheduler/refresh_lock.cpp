// Who may refresh a materialized view or TVIEW now: our own lock, and the relation's. Lifetime: transaction.
//
// A request for AccessExclusiveLock that waits makes every later reader wait behind it. So ExclusiveLock, which readers
// pass, is waited for in the ordinary way (deadlock detection included, and autovacuum gives way); it is then raised to
// AccessExclusiveLock in short turns, between which the readers that queued up go on.

#include "pg/postgres.hpp"
#include "scheduler/refresh_lock.hpp"

#include "pg/bridge.hpp"
#include "pg/sql.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/scheduler.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::scheduler {
namespace {

/** The fourth field of the tag: pg_advisory_lock() uses 1 and 2. The view tview.refreshing knows it too. */
constexpr uint16 refresh_lock_class = 0x544D;

constexpr int turn_ms = 100;       // in the queue
constexpr int longest_pause = 400; // ms out of it

enum class Holder { refresh /* by tview_refresh() or directly */, any };

/** A sentence on the process in our way; NULL when it has gone. */
const char *describe_holder(Oid view, Holder wanted) {
    constexpr const char *query =
        "SELECT l.pid, a.xact_start FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = "
        "l.pid "
        "WHERE l.granted AND l.pid <> pg_catalog.pg_backend_pid() "
        "AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) "
        "AND (l.locktype = 'advisory' AND l.classid = $1::oid AND l.objid = 0 AND l.objsubid = 21581 "
        "OR l.locktype = 'relation' AND l.relation = $1::oid "
        "AND (l.mode IN ('ExclusiveLock', 'AccessExclusiveLock') OR NOT $2)) "
        "ORDER BY l.locktype, a.xact_start LIMIT 1";
    static_assert(refresh_lock_class == 21581);
    pgstat_clear_backend_activity_snapshot();
    pg::Sql sql;
    const bool only_refresh = wanted == Holder::refresh;
    if (sql.run(query, {pg::SqlValue::of_relation(view), {BOOLOID, BoolGetDatum(only_refresh), false}}) == 0)
        return nullptr;
    const char *doing = only_refresh ? "is refreshing it" : "holds a lock on it";
    const char *since = sql.text(0, 2);
    if (since == nullptr)
        return psprintf("Process %s %s.", sql.text(0, 1), doing);
    return psprintf("Process %s %s, in a transaction that began at %s.", sql.text(0, 1), doing, since);
}

[[noreturn]] void raise_in_progress(Oid relation, const char *detail) {
    const char *kind = get_rel_relkind(relation) == RELKIND_MATVIEW ? "materialized view" : "tview";
    raise(LockUnavailable{psprintf("%s \"%s\" is already being refreshed", kind, get_rel_name(relation)), detail,
                          "Wait until that refresh has ended."});
}

[[noreturn]] void raise_timed_out(Oid view, int waited) {
    raise(LockUnavailable{psprintf("could not lock materialized view \"%s\" within %d ms", get_rel_name(view), waited),
                          describe_holder(view, Holder::any),
                          "End that transaction, or raise pg_tviews.lock_timeout."});
}

/** Nobody but REFRESH and DDL takes these modes: waiting would only repeat what is being done. */
void stop_if_refreshed(Oid view, bool *begun) {
    const char *detail = describe_holder(view, Holder::refresh);
    if (detail == nullptr)
        return;
    *begun = false;
    raise_in_progress(view, detail);
}

/** Waits in the queue for `ms` (0 = without limit); false when the lock is still not ours then. */
bool queue_for(Oid view, LOCKMODE mode, int ms) {
    ErrorData *error = pg::attempt([=] {
        const int nest_level = NewGUCNestLevel();
        (void)set_config_option("lock_timeout", psprintf("%d", ms), PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
                                0, false);
        LockRelationOid(view, mode);
        AtEOXact_GUC(false, nest_level);
    });
    if (error != nullptr && error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE)
        ReThrowError(error);
    return error == nullptr;
}

void pause(int ms) {
    (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
}

int64 elapsed_ms(TimestampTz begin) {
    return TimestampDifferenceMilliseconds(begin, GetCurrentTimestamp());
}

/** Lets readers go ahead between turns. `limit` in ms since `begin`, 0 = none. */
void raise_to_access_exclusive(Oid view, TimestampTz begin, int limit) {
    for (int rest = turn_ms / 4; !ConditionalLockRelationOid(view, AccessExclusiveLock); rest *= 2) {
        const int64 left = limit == 0 ? turn_ms : limit - elapsed_ms(begin);
        if (left <= 0)
            raise_timed_out(view, limit);
        if (queue_for(view, AccessExclusiveLock, int(Min(left, turn_ms))))
            return;
        pause(Min(rest, longest_pause));
    }
}

LOCKTAG refresh_lock(Oid relation) {
    LOCKTAG tag;
    SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, relation, 0, refresh_lock_class);
    return tag;
}

} // namespace

void claim_refresh(Oid relation) {
    const LOCKTAG tag = refresh_lock(relation);
    if (LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
        raise_in_progress(relation, describe_holder(relation, Holder::refresh));
}

void wait_to_refresh(Oid relation) {
    const LOCKTAG tag = refresh_lock(relation);
    (void)LockAcquire(&tag, ExclusiveLock, false, false);
}

int lock_patience() {
    if (LockTimeout > 0 && (settings::lock_timeout == 0 || LockTimeout < settings::lock_timeout))
        return LockTimeout;
    return settings::lock_timeout;
}

void lock_for_refresh(Oid view, LOCKMODE mode, bool *begun) {
    const TimestampTz begin = GetCurrentTimestamp();
    const int limit = lock_patience();
    if (ConditionalLockRelationOid(view, mode))
        return;
    stop_if_refreshed(view, begun);
    if (!ConditionalLockRelationOid(view, ExclusiveLock) && !queue_for(view, ExclusiveLock, limit)) {
        stop_if_refreshed(view, begun);
        raise_timed_out(view, limit);
    }
    if (mode == AccessExclusiveLock)
        raise_to_access_exclusive(view, begin, limit);
}

const char *find_refresher(Oid view) {
    return describe_holder(view, Holder::refresh);
}

} // namespace pgtv::scheduler
