// Brings TVIEWs with pending changes up to date, sources before those that read them. Lifetime: one flush.

#include "pg/postgres.hpp"
#include "maintenance/flush.hpp"

#include "capture/descriptor.hpp"
#include "capture/rule_cache.hpp"
#include "maintenance/apply.hpp"
#include "maintenance/apply_delta.hpp"
#include "maintenance/locked_derivation.hpp"
#include "maintenance/measured.hpp"
#include "maintenance/recompute_plans.hpp"
#include "maintenance/row_places.hpp"
#include "maintenance/rowwise_change.hpp"
#include "maintenance/shared_key.hpp"
#include "pg/bridge.hpp"
#include "pg/error_context.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::maintenance {
namespace {

int flush_level = 0; // subtransaction in which the running flush began; 0 = none runs
uint64 flush_number = 0;

/** A TVIEW's place in the order; remembered, so that a diamond is walked once. */
struct Ranked {
    Oid tview;
    int rank;
    int level; // as users count: companions are no level
    Oid below; // the highest TVIEW it reads
};

const Ranked *find_ranked(List *ranks, Oid tview) {
    ListCell *cell;
    foreach (cell, ranks) {
        const auto *ranked = static_cast<Ranked *>(lfirst(cell));
        if (ranked->tview == tview)
            return ranked;
    }
    return nullptr;
}

[[noreturn]] void raise_too_deep(List *ranks, const Ranked *ranked) {
    StringInfoData path;
    initStringInfo(&path);
    for (; ranked != nullptr; ranked = find_ranked(ranks, ranked->below))
        appendStringInfo(&path, "%s%s", path.len == 0 ? "" : " <- ", capture::get_tview(ranked->tview)->name);
    raise(TooDeep{"cascade", settings::max_cascade_depth, path.data});
}

/** 1 for a TVIEW that reads no TVIEW, else one more than the highest it reads. */
const Ranked *rank(List **ranks, Oid tview) {
    check_stack_depth();
    if (const Ranked *known = find_ranked(*ranks, tview))
        return known;
    auto *ranked = static_cast<Ranked *>(palloc(sizeof(Ranked)));
    *ranked = Ranked{tview, 1, 1, InvalidOid};
    const capture::CachedTView *entry = capture::find_tview(tview); // another session may have dropped it
    ListCell *cell;
    foreach (cell, entry != nullptr ? entry->upstream : NIL) {
        const Ranked *below = rank(ranks, lfirst_oid(cell));
        ranked->level = std::max(ranked->level, below->level + (below->tview == entry->companion ? 0 : 1));
        if (below->rank >= ranked->rank) {
            ranked->rank = below->rank + 1;
            ranked->below = below->tview;
        }
    }
    *ranks = lappend(*ranks, ranked);
    if (ranked->level > settings::max_cascade_depth)
        raise_too_deep(*ranks, ranked);
    return ranked;
}

/**
 * The TVIEW to bring up to date first. None of those it reads is pending, nor can become so in this flush, since
 * all that follow have at least its rank: each TVIEW is done once, whatever the number of paths to it.
 */
Oid first_in_order(List *tviews) {
    List *ranks = NIL;
    Oid first = InvalidOid;
    int lowest = 0;
    ListCell *cell;
    foreach (cell, tviews) {
        const int own = rank(&ranks, lfirst_oid(cell))->rank;
        if (OidIsValid(first) && own >= lowest)
            continue;
        first = lfirst_oid(cell);
        lowest = own;
    }
    return first;
}

/** None of the changes can reach the output. */
bool irrelevant(const plan::Rule *rule, List *changes) {
    ListCell *cell;
    foreach (cell, changes) {
        const auto *change = static_cast<capture::SourceChanges *>(lfirst(cell));
        const plan::SourceRule *source = plan::find_source(rule, change->source);
        if (source == nullptr || !source->irrelevant)
            return false;
    }
    return true;
}

/** Everything is computed with a snapshot taken after the last lock. False: by another rule. */
bool bring_up_to_date(const capture::CachedTView *entry, List *changes, RowCounts *counts) {
    const pg::PinnedSettings settings(queries_of(entry->rule)->settings);
    capture::forget_outgrown_plans(entry->rule, capture::count_images(changes));
    CommandCounterIncrement();
    const RowwiseChange rowwise = rowwise_change(entry->rule, changes);
    const capture::SourceChanges *delta = rowwise.source == nullptr ? delta_change(entry->rule, changes) : nullptr;
    const Shared shared = add_beside_others(entry, changes, delta, counts);
    if (shared != Shared::refused)
        return shared == Shared::added;
    KeySet keys;
    ValueLocks locks(entry->tview);
    if (!derive_locked({entry, changes, writes_key, delta != nullptr}, &locks, &keys))
        return false;
    locks.keep();
    PushActiveSnapshot(GetLatestSnapshot());
    if (delta == nullptr) {
        keys.places = RowPlaces::collect(entry->rule, changes);
        capture::mark_consumed(entry->tview);
    }
    *counts = delta != nullptr ? apply_delta(entry->rule, &keys, delta) : apply_keys(entry->rule, keys, rowwise);
    end_keys(keys);
    PopActiveSnapshot();
    return true;
}

/** Until it was done by a rule that was still the TVIEW's when the TVIEW was locked. */
RowCounts maintain_by_rule(const capture::CachedTView *entry) {
    RowCounts counts = {};
    const Oid tview = entry->tview;
    while (entry != nullptr && !bring_up_to_date(entry, capture::pending_changes(entry->rule), &counts))
        entry = settled_tview(tview);
    if (entry == nullptr)
        capture::mark_consumed(tview);
    return counts;
}

/** settled_tview(), which is done once in a flush, with the lock for writing it. */
const capture::CachedTView *settle(Oid tview) {
    const capture::CachedTView *entry = capture::find_tview(tview);
    if (entry == nullptr || entry->settled_in == flush_number)
        return entry;
    entry = settled_tview(tview, RowExclusiveLock);
    if (entry != nullptr)
        entry->settled_in = flush_number;
    return entry;
}

int64 maintain(Oid tview) {
    const capture::CachedTView *entry = settle(tview);
    if (entry == nullptr || irrelevant(entry->rule, capture::pending_changes(entry->rule))) {
        capture::mark_consumed(tview);
        return 0;
    }
    const pg::ErrorContext context("maintaining", entry->name);
    return measured(tview, [=] { return maintain_by_rule(entry); }).written();
}

/**
 * Locks all that this flush may read before it locks the contents of a TVIEW: who has a relation for himself, like
 * TRUNCATE, comes to the TVIEWs with it. `tviews` and those that read them.
 */
void settle_all(List *tviews) {
    List *all = list_copy(tviews);
    for (int i = 0; i < list_length(all); i++) {
        if (settle(list_nth_oid(all, i)) == nullptr)
            continue;
        const capture::Descriptor *descriptor = capture::get_descriptor(list_nth_oid(all, i));
        for (int route = 0; route < descriptor->route_count; route++) {
            const capture::ImageLayout *layout = descriptor->routes[route].layout;
            for (int consumer = 0; consumer < layout->consumer_count; consumer++)
                all = list_append_unique_oid(all, layout->consumers[consumer].tview);
        }
    }
}

int64 maintain_all(FlushScope scope) {
    const MemoryContext round = AllocSetContextCreate(CurrentMemoryContext, "pg_tviews flush", ALLOCSET_SMALL_SIZES);
    const MemoryContext previous = MemoryContextSwitchTo(round);
    int64 written = 0;
    settle_all(capture::tviews_with_changes(scope == FlushScope::all));
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        List *tviews = capture::tviews_with_changes(scope == FlushScope::all);
        if (tviews == NIL)
            break;
        list_sort(tviews, list_oid_cmp);
        written += maintain(first_in_order(tviews));
        MemoryContextReset(round);
    }
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(round);
    return written;
}

} // namespace

const capture::CachedTView *settled_tview(Oid tview, LOCKMODE mode) {
    for (;;) {
        const capture::CachedTView *entry = capture::find_tview(tview);
        if (entry == nullptr)
            return nullptr;
        ListCell *cell;
        foreach (cell, entry->rule->relations)
            LockRelationOid(lfirst_oid(cell), lfirst_oid(cell) == tview ? mode : AccessShareLock);
        if (capture::find_tview(tview) == entry)
            return entry;
    }
}

bool flushing() {
    return flush_level > 0;
}

void end_flush_of_level(int level) {
    if (flush_level < level)
        return;
    flush_level = 0;
    pg::forget_pinned_settings();
}

int64 flush(FlushScope scope) {
    if (!capture::anything_pending() || flushing())
        return 0;
    flush_level = GetCurrentTransactionNestLevel();
    flush_number++;
    const int64 written = maintain_all(scope);
    flush_level = 0;
    if (written > 0)
        CommandCounterIncrement();
    return written;
}

const plan::Rule *get_rule(Oid tview) {
    return capture::get_rule(tview);
}

void forget(Oid tview) {
    capture::mark_consumed(tview);
}

} // namespace pgtv::maintenance
