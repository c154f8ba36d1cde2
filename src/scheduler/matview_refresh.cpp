// REFRESH MATERIALIZED VIEW with what must hold before it. Lifetime: a call.

#include "pg/postgres.hpp"
#include "scheduler/matview_refresh.hpp"

#include "pg/identity.hpp"
#include "scheduler/checks.hpp"
#include "scheduler/prerequisites.hpp"
#include "scheduler/refresh_lock.hpp"

namespace pgtv::scheduler {
namespace {

/** What was true before the lock was ours may have changed. */
void lock_and_check(Oid view, RefreshMode mode, RefreshAttempt *attempt) {
    attempt->mode = mode_name(mode);
    lock_for_refresh(view, mode == RefreshMode::concurrent ? ExclusiveLock : AccessExclusiveLock, &attempt->begun);
    require_matview(view, nullptr);
    check_may_refresh(view, "tview_refresh()");
}

/** For mode automatic, under the lock of a concurrent refresh. */
bool can_be_concurrent(Oid view) {
    Relation relation = relation_open(view, NoLock);
    const bool met = examine(relation).met();
    relation_close(relation, NoLock);
    return met;
}

/** Locks the view for the mode it is refreshed in, and says which that is. */
RefreshMode lock_and_decide(Oid view, RefreshMode mode, RefreshAttempt *attempt) {
    lock_and_check(view, mode == RefreshMode::standard ? mode : RefreshMode::concurrent, attempt);
    if (mode != RefreshMode::automatic)
        return mode;
    if (can_be_concurrent(view))
        return RefreshMode::concurrent;
    lock_and_check(view, RefreshMode::standard, attempt);
    return RefreshMode::standard;
}

void require_prerequisites(Oid view) {
    Relation relation = relation_open(view, NoLock);
    require_concurrent(relation, examine(relation));
    relation_close(relation, NoLock);
}

/**
 * Through the command itself: whoever watches commands (our own hooks too) sees it. It restricts what the query may do
 * by itself; a restriction around it would refuse the temporary table of a concurrent refresh.
 */
void run_refresh(Oid view, bool concurrently) {
    const char *command =
        psprintf("REFRESH MATERIALIZED VIEW %s%s", concurrently ? "CONCURRENTLY " : "", pg::qualified_name(view));
    const pg::ActAs owner(pg::relation_owner(view));
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    const int result = SPI_execute(command, false, 0);
    if (result != SPI_OK_UTILITY)
        elog(ERROR, "could not refresh the materialized view: %s", SPI_result_code_string(result));
    SPI_finish();
}

} // namespace

void refresh_matview(Oid view, RefreshMode mode, RefreshAttempt *attempt) {
    const bool concurrently = lock_and_decide(view, mode, attempt) == RefreshMode::concurrent;
    if (concurrently)
        require_prerequisites(view);
    run_refresh(view, concurrently);
}

} // namespace pgtv::scheduler
