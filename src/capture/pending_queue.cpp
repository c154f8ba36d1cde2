// Stores change sets in tview.pending and loads them again. Lifetime: a call.

#include "pg/postgres.hpp"
#include "capture/pending_queue.hpp"

#include "capture/image_chunk.hpp"
#include "capture/layout.hpp"
#include "capture/source_log.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::capture {
namespace {

bool is_scheduled(Oid tview) {
    const CachedTView *entry = find_tview(tview);
    return entry != nullptr && entry->refresh == catalog::RefreshMode::scheduled;
}

void store_marker(Oid tview, catalog::PendingKind kind) {
    catalog::PendingRow row = {};
    row.tview = tview;
    row.kind = kind;
    catalog::insert_pending(row);
}

void store_images(SourceLog *log, int consumer) {
    ChunkWriter writer(log->layout->consumers[consumer].tview, log->layout);
    log->changes.for_each_image(consumer, false, [&](const Image &image) {
        CHECK_FOR_INTERRUPTS();
        writer.put(log->store.read(image.place), image.old);
    });
    writer.finish();
}

/** True if something stays pending, for a TVIEW that is not scheduled. */
bool store_log(SourceLog *log) {
    bool others = false;
    for (int consumer = 0; consumer < log->layout->consumer_count; consumer++) {
        const Pending &pending = log->changes.pending(consumer);
        const Oid tview = log->layout->consumers[consumer].tview;
        if (!pending.anything())
            continue;
        if (!is_scheduled(tview)) {
            others = true;
            continue;
        }
        if (pending.whole)
            store_marker(tview, catalog::PendingKind::whole);
        else
            store_images(log, consumer);
        log->changes.consume(consumer, GetCurrentTransactionNestLevel());
    }
    return others;
}

struct Loader {
    const CachedTView *tview;
    List *layouts; // of ImageLayout *: just what the rule needs, one for each source met
    LoadedPending found;
};

/** nullptr if images of `source` are of no use to the TVIEW. Kept to the end of the transaction, as logs need it. */
const ImageLayout *layout_of(Loader *loader, Relation source) {
    ListCell *cell;
    foreach (cell, loader->layouts) {
        const auto *layout = static_cast<const ImageLayout *>(lfirst(cell));
        if (layout->source == RelationGetRelid(source))
            return layout;
    }
    const MemoryContext previous = MemoryContextSwitchTo(TopTransactionContext);
    const ImageLayout *layout = make_layout_for(source, loader->tview);
    if (layout != nullptr)
        loader->layouts = lappend(loader->layouts, const_cast<ImageLayout *>(layout));
    MemoryContextSwitchTo(previous);
    return layout;
}

/** False: the images cannot be used any more. */
bool load_row(Loader *loader, const catalog::PendingRow &row) {
    Relation source = try_relation_open(row.source, AccessShareLock);
    if (source == nullptr)
        return false;
    const ImageLayout *layout = layout_of(loader, source);
    const bool usable = layout != nullptr && layout->consumers[0].takes_images && can_read(row, source, layout);
    if (usable) {
        SourceLog *log = get_log_of(layout);
        for_each_stored_image(row, source, layout, CurrentMemoryContext, [&](MinimalTuple image, bool old) {
            log->changes.append(Image{consumer_bit(0), log->store.keep(image), old}, GetCurrentTransactionNestLevel(),
                                settings::change_set_limit);
            heap_free_minimal_tuple(image);
        });
    }
    relation_close(source, AccessShareLock);
    return usable;
}

bool take_row(Loader *loader, const catalog::PendingRow &row) {
    switch (row.kind) {
    case catalog::PendingKind::baseline:
        loader->found.baseline = true;
        return false;
    case catalog::PendingKind::whole:
        loader->found.whole = true;
        break;
    case catalog::PendingKind::images:
        loader->found.whole = loader->found.whole || !load_row(loader, row);
        break;
    }
    loader->found.anything = true;
    return true;
}

} // namespace

void store_pending() {
    if (!anything_pending())
        return;
    bool others = false;
    for (SourceLog *log = first_log(); log != nullptr; log = log->next)
        others = store_log(log) || others;
    note_pending(others);
}

void store_whole(Oid tview) {
    store_marker(tview, catalog::PendingKind::whole);
}

void store_baseline(Oid tview) {
    store_marker(tview, catalog::PendingKind::baseline);
}

LoadedPending load_pending(const CachedTView *tview, Snapshot snapshot) {
    Loader loader = {tview, NIL, {}};
    catalog::for_each_pending(tview->tview, snapshot,
                              [&](const catalog::PendingRow &row) { return take_row(&loader, row); });
    return loader.found;
}

void discard_pending(Oid tview) {
    PushActiveSnapshot(GetLatestSnapshot());
    catalog::for_each_pending(tview, GetActiveSnapshot(), [](const catalog::PendingRow &) { return true; });
    PopActiveSnapshot();
}

} // namespace pgtv::capture
