// Recomputes whole TVIEWs on request, and compares them with their queries. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg_tviews/maintenance.hpp"

#include "maintenance/apply.hpp"
#include "pg/locks.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::maintenance {
namespace {

/**
 * Until it is populated no change of a source reaches the TVIEW, so those who changed one and have not committed must
 * be waited for: their changes would be in neither the snapshot nor a flush.
 */
void lock_sources(Oid tview) {
    List *sources = catalog::sources_of(tview);
    ListCell *cell;
    foreach (cell, sources) {
        const Oid source = lfirst_oid(cell);
        const char kind = get_rel_relkind(source);
        if (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE)
            (void)find_all_inheritors(source, ShareRowExclusiveLock, nullptr);
        if (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE)
            LockRelationOid(source, ShareRowExclusiveLock);
    }
}

void mark_populated(Oid tview) {
    catalog::TView row = *catalog::get_tview(tview);
    row.populated = true;
    catalog::update_tview(row);
    CommandCounterIncrement();
}

/** Locks out other writers of the TVIEW, then sees what they committed. */
const plan::Rule *begin_exclusively(Oid tview) {
    LockRelationOid(tview, RowExclusiveLock); // it may have been altered or dropped since its name was read
    if (!catalog::get_tview(tview)->populated)
        lock_sources(tview);
    pg::lock_tview(tview, ShareRowExclusiveLock);
    const plan::Rule *rule = get_rule(tview);
    PushActiveSnapshot(GetLatestSnapshot());
    return rule;
}

} // namespace

RowCounts refresh_full(Oid tview) {
    // The queries run below are statements too: nothing is flushed at their end, while this is half done.
    utility_begin(true);
    const plan::Rule *rule = begin_exclusively(tview);
    const RowCounts counts = apply_full(rule);
    capture::mark_consumed(tview);
    PopActiveSnapshot();
    if (!catalog::get_tview(tview)->populated)
        mark_populated(tview);
    utility_end(true);
    return counts;
}

Difference verify(Oid tview, bool repair) {
    if (repair) {
        const RowCounts counts = refresh_full(tview);
        return {counts.inserted + counts.updated, counts.deleted + counts.updated};
    }
    (void)catalog::get_tview(tview);
    PushActiveSnapshot(GetTransactionSnapshot());
    const Difference difference = find_difference(get_rule(tview));
    PopActiveSnapshot();
    return difference;
}

} // namespace pgtv::maintenance
