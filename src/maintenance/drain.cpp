// Brings scheduled TVIEWs up to date with the changes that writers stored for them. Lifetime: a call.
//
// Queue, derivation, recomputation and comparison use one snapshot, taken after the TVIEW was locked against other
// refreshes: each transaction's changes are either both in the images read and in what is computed, or in neither and
// then stay in the queue. No other locks are needed, because nobody else writes to the TVIEW, and what changes after
// the snapshot is in the queue of the next refresh.

#include "pg/postgres.hpp"
#include "pg_tviews/maintenance.hpp"

#include "capture/pending_queue.hpp"
#include "maintenance/apply.hpp"
#include "maintenance/flush.hpp"
#include "maintenance/hooks.hpp"
#include "maintenance/measured.hpp"
#include "maintenance/value_locks.hpp"
#include "pg/error_context.hpp"
#include "pg/identity.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/analysis.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::maintenance {
namespace {

/** Does the query depend on more than its sources: on the clock, say? Then stored changes do not tell everything. */
bool depends_on_more(const capture::CachedTView *entry) {
    Relation view = relation_open(entry->rule->view, AccessShareLock);
    const Query *query = pg::copy_node(get_view_query(view));
    relation_close(view, AccessShareLock);
    return !analysis::follows_sources(query, entry->owner);
}

KeySet derive(const capture::CachedTView *entry, List *changes) {
    const pg::RunAs identity(entry->owner);
    return derive_keys(entry->rule, changes);
}

RowCounts apply_queue(const capture::CachedTView *entry, bool everything) {
    List *changes = everything ? NIL : capture::pending_changes(entry->rule);
    capture::forget_outgrown_plans(entry->rule, capture::count_images(changes));
    const KeySet keys = everything ? KeySet{} : derive(entry, changes);
    capture::mark_consumed(entry->tview);
    const RowCounts counts = apply_keys(entry->rule, keys);
    end_keys(keys);
    return counts;
}

/** Called with the TVIEW locked and the snapshot of everything active. */
RowCounts drain_under_snapshot(const capture::CachedTView *entry, bool everything) {
    const capture::LoadedPending found = capture::load_pending(entry, GetActiveSnapshot());
    if (!found.baseline)
        capture::store_baseline(entry->tview);
    everything = everything || found.whole || !found.baseline;
    if (!everything && !found.anything)
        return {};
    return measured(entry->tview, [=] { return apply_queue(entry, everything); });
}

/** `half_applied`: the images of a statement in progress are not captured yet, though their rows are seen. */
RowCounts drain_settled(const capture::CachedTView *entry, bool half_applied) {
    const pg::ErrorContext context("maintaining", entry->name);
    const bool everything = half_applied || depends_on_more(entry);
    capture::store_pending(); // this transaction's own changes are seen by the snapshot too
    CommandCounterIncrement();
    PushActiveSnapshot(GetLatestSnapshot());
    const RowCounts counts = drain_under_snapshot(entry, everything);
    PopActiveSnapshot();
    return counts;
}

const capture::CachedTView *lock_for_drain(Oid tview) {
    LockRelationOid(tview, RowExclusiveLock); // it may have been altered or dropped since its name was read
    (void)ValueLocks(tview).take_whole();
    (void)catalog::get_tview(tview);
    const capture::CachedTView *entry = settled_tview(tview);
    if (entry == nullptr)
        raise(TViewMissing{psprintf("%u", tview)});
    return entry;
}

} // namespace

RowCounts drain(Oid tview) {
    if (!catalog::get_tview(tview)->populated) {
        const RowCounts counts = refresh_full(tview);
        begin_queue(tview);
        return counts;
    }
    const bool half_applied = !flush_possible();
    utility_begin(true); // the queries run below are statements too
    const capture::CachedTView *entry = lock_for_drain(tview);
    const RowCounts counts = drain_settled(entry, half_applied);
    utility_end(true);
    return counts;
}

RowCounts refresh(Oid tview) {
    return catalog::get_tview(tview)->refresh == catalog::RefreshMode::scheduled ? drain(tview) : refresh_full(tview);
}

void begin_queue(Oid tview) {
    const catalog::TView *row = catalog::get_tview(tview);
    if (row->refresh != catalog::RefreshMode::scheduled || !row->populated)
        return;
    capture::discard_pending(tview);
    capture::store_baseline(tview);
}

void queue_everything(Oid tview) {
    capture::store_whole(tview);
}

void discard_queue(Oid tview) {
    capture::discard_pending(tview);
}

} // namespace pgtv::maintenance
