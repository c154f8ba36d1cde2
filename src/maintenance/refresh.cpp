// Recomputes whole TVIEWs on request, and compares them with their queries. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg_tviews/maintenance.hpp"

#include "maintenance/apply.hpp"
#include "maintenance/flush.hpp"
#include "maintenance/hooks.hpp"
#include "maintenance/measured.hpp"
#include "maintenance/statement_stack.hpp"
#include "maintenance/value_locks.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::maintenance {
namespace {

/** The tables whose changes the TVIEW follows, partitions and inheritance children included, locked in `mode`. */
List *lock_source_tables(Oid tview, LOCKMODE mode) {
    List *tables = NIL;
    List *sources = catalog::sources_of(tview);
    ListCell *cell;
    foreach (cell, sources) {
        const char kind = get_rel_relkind(lfirst_oid(cell));
        if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
            continue;
        LockRelationOid(lfirst_oid(cell), mode);
        tables = list_concat_unique_oid(tables, find_all_inheritors(lfirst_oid(cell), mode, nullptr));
    }
    return tables;
}

/** Whoever writes to a source from now on captures changes for the TVIEW: sessions have cached that they need not. */
void mark_populated(Oid tview) {
    catalog::TView row = *catalog::get_tview(tview);
    row.populated = true;
    catalog::update_tview(row);
    List *tables = lock_source_tables(tview, ShareRowExclusiveLock);
    ListCell *cell;
    foreach (cell, tables)
        CacheInvalidateRelcacheByRelid(lfirst_oid(cell));
    CommandCounterIncrement();
}

/**
 * Locks out other writers of the TVIEW, then sees what they committed. Until the TVIEW is populated no change of a
 * source reaches it, so those who changed a source and have not committed must be waited for: their changes would be
 * neither in the snapshot nor in a flush.
 */
const plan::Rule *begin_exclusively(Oid tview) {
    if (!flush_possible())
        note_refresh_inside();
    // The queries run below are statements too: nothing is flushed at their end, while this is half done.
    utility_begin(true);
    LockRelationOid(tview, RowExclusiveLock); // it may have been altered or dropped since its name was read
    if (!catalog::get_tview(tview)->populated)
        (void)lock_source_tables(tview, ShareRowExclusiveLock);
    (void)ValueLocks(tview).take_whole();
    (void)settled_tview(tview);
    const plan::Rule *rule = get_rule(tview);
    PushActiveSnapshot(GetLatestSnapshot());
    return rule;
}

void end_exclusively(Oid tview) {
    capture::mark_consumed(tview);
    PopActiveSnapshot();
    if (!catalog::get_tview(tview)->populated)
        mark_populated(tview);
    utility_end(true);
}

RowCounts refresh_one(Oid tview) {
    const plan::Rule *rule = begin_exclusively(tview);
    const RowCounts counts = measured(tview, [=] { return apply_full(rule); });
    end_exclusively(tview);
    return counts;
}

Difference verify_one(Oid tview, bool repair) {
    if (!repair) {
        (void)catalog::get_tview(tview);
        (void)settled_tview(tview);
        const plan::Rule *rule = get_rule(tview);
        PushActiveSnapshot(GetTransactionSnapshot());
        const Difference difference = find_difference(rule);
        PopActiveSnapshot();
        return difference;
    }
    const plan::Rule *rule = begin_exclusively(tview);
    const Difference difference = find_difference(rule);
    if (difference.missing > 0 || difference.extra > 0)
        (void)measured(tview, [=] { return apply_full(rule); });
    end_exclusively(tview);
    return difference;
}

} // namespace

RowCounts refresh_full(Oid tview) {
    const Oid companion = catalog::find_companion(tview).table;
    if (!OidIsValid(companion))
        return refresh_one(tview);
    utility_begin(true); // nothing is flushed in between
    (void)refresh_one(companion);
    const RowCounts counts = refresh_one(tview);
    utility_end(true);
    return counts;
}

Difference verify(Oid tview, bool repair) {
    const Oid companion = catalog::find_companion(tview).table;
    if (!OidIsValid(companion))
        return verify_one(tview, repair);
    utility_begin(repair);
    const Difference kept = verify_one(companion, repair);
    const Difference shown = verify_one(tview, repair);
    utility_end(repair);
    return {kept.missing + shown.missing, kept.extra + shown.extra};
}

} // namespace pgtv::maintenance
