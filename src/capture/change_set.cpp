// The change sets of the current transaction. A source has one log per image layout: when the layout changes in the
// middle of a transaction (new TVIEW, DDL), a new log begins and what is pending in older ones counts as `whole`.
// Lifetime: transaction.

#include "pg/postgres.hpp"
#include "capture/change_set.hpp"

#include "capture/image_store.hpp"
#include "capture/layout.hpp"
#include "capture/rule_cache.hpp"
#include "capture/source_log.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::capture {
namespace {

/** The image of a row; toasted values are fetched, because the old row's may be gone when the image is read. */
MinimalTuple form_image(const Route *route, TupleTableSlot *row) {
    const ImageLayout *layout = route->layout;
    Datum few_values[16];
    bool few_nulls[16];
    const auto count = size_t(layout->column_count);
    auto *values = count <= 16 ? few_values : static_cast<Datum *>(palloc(sizeof(Datum) * count));
    auto *nulls = count <= 16 ? few_nulls : static_cast<bool *>(palloc(sizeof(bool) * count));
    for (int i = 0; i < layout->column_count; i++) {
        const AttrNumber column = route->image_columns[i];
        values[i] = row->tts_values[column - 1];
        nulls[i] = row->tts_isnull[column - 1];
        if (!nulls[i] && TupleDescAttr(layout->desc, i)->attlen == -1 && VARATT_IS_EXTERNAL(DatumGetPointer(values[i])))
            values[i] = PointerGetDatum(detoast_external_attr(reinterpret_cast<varlena *>(DatumGetPointer(values[i]))));
    }
    return compat::form_minimal_tuple(layout->desc, values, nulls);
}

void append(SourceLog *log, const Route *route, TupleTableSlot *row, Image image) {
    MinimalTuple formed = form_image(route, row);
    image.place = log->store.keep(formed);
    heap_free_minimal_tuple(formed);
    log->changes.append(image, GetCurrentTransactionNestLevel(), settings::change_set_limit);
}

/** With its place, if it is in the source's own table. */
Image image_of_new(const Route *route, const RowChange &change) {
    Image image = {change.consumers, 0, false, change.old_row != nullptr && !change.image_changed};
    const ItemPointerData &place = change.new_row->tts_tid;
    if (change.new_row->tts_tableOid == route->layout->source && ItemPointerIsValid(&place)) {
        image.offset = ItemPointerGetOffsetNumber(&place);
        image.block = ItemPointerGetBlockNumber(&place);
    }
    return image;
}

/** Sums up what `log` holds for consumer `consumer`. */
void add_pending(SourceChanges *changes, const SourceLog *log, int consumer) {
    const Pending &pending = log->changes.pending(consumer);
    // Images in two logs of one source have two layouts.
    changes->whole = changes->whole || pending.whole || changes->images > 0;
    changes->images += pending.images;
    changes->old_images += pending.old_images;
    changes->unchanged += pending.unchanged;
}

bool carries(const ImageLayout *layout, AttrNumber column) {
    const AttrNumber *first = layout->columns;
    const AttrNumber *end = first + layout->column_count;
    return std::find(first, end, column) != end;
}

/** Do the images carry every column which the derivation of this rule needs? */
bool fits(const ImageLayout *layout, const plan::SourceRule *rule) {
    ListCell *cell;
    foreach (cell, rule->columns) {
        if (!carries(layout, AttrNumber(lfirst_int(cell))))
            return false;
    }
    return std::all_of(rule->direct, rule->direct + rule->direct_count,
                       [=](AttrNumber column) { return carries(layout, column); });
}

SourceChanges *get_changes(List **all, Oid source) {
    ListCell *cell;
    foreach (cell, *all) {
        auto *changes = static_cast<SourceChanges *>(lfirst(cell));
        if (changes->source == source)
            return changes;
    }
    auto *changes = static_cast<SourceChanges *>(palloc(sizeof(SourceChanges)));
    *changes = SourceChanges{source, false, 0, 0, 0};
    *all = lappend(*all, changes);
    return changes;
}

/** What is pending for a scheduled TVIEW is stored, not flushed. */
bool is_flushed(catalog::RefreshMode refresh, bool include_deferred) {
    return refresh == catalog::RefreshMode::immediate ||
           (include_deferred && refresh != catalog::RefreshMode::scheduled);
}

} // namespace

void add_change(Route *route, const RowChange &change) {
    SourceLog *log = get_log(route);
    if (!log->changes.announce(change.consumers, GetCurrentTransactionNestLevel()))
        return;
    if (change.old_row != nullptr && (change.image_changed || change.new_row == nullptr))
        append(log, route, change.old_row, Image{change.consumers, 0, true});
    if (change.new_row != nullptr)
        append(log, route, change.new_row, image_of_new(route, change));
}

List *pending_changes(const plan::Rule *rule) {
    List *all = NIL;
    for (SourceLog *log = first_log(); log != nullptr; log = log->next) {
        const int consumer = find_consumer(log->layout, rule->tview);
        if (consumer < 0 || !log->changes.pending(consumer).anything())
            continue;
        SourceChanges *changes = get_changes(&all, log->layout->source);
        add_pending(changes, log, consumer);
        const plan::SourceRule *source = plan::find_source(rule, log->layout->source);
        if (source == nullptr || !fits(log->layout, source))
            changes->whole = true;
    }
    return all;
}

int64 count_images(List *changes) {
    int64 images = 0;
    ListCell *cell;
    foreach (cell, changes)
        images += static_cast<SourceChanges *>(lfirst(cell))->images;
    return images;
}

void visit_images(Oid tview, Oid source, bool old_only, ImageVisitor visitor, void *argument) {
    for (SourceLog *log = first_log(); log != nullptr; log = log->next) {
        const int consumer = log->layout->source == source ? find_consumer(log->layout, tview) : -1;
        if (consumer < 0)
            continue;
        log->changes.for_each_image(consumer, old_only, [&](const Image &image) {
            CHECK_FOR_INTERRUPTS();
            visitor(log->store.read(image.place), image, argument);
        });
    }
}

const ImageLayout *find_pending_layout(Oid tview, Oid source) {
    for (SourceLog *log = first_log(); log != nullptr; log = log->next) {
        const int consumer = log->layout->source == source ? find_consumer(log->layout, tview) : -1;
        if (consumer >= 0 && log->changes.pending(consumer).images > 0)
            return log->layout;
    }
    return nullptr;
}

TupleDesc image_descriptor(Oid source) {
    const SourceLog *log = find_log(source);
    return log != nullptr ? log->layout->desc : nullptr;
}

Tuplestorestate *images(Oid tview, Oid source, bool old_only) {
    Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);
    const ImageLayout *layout = find_pending_layout(tview, source);
    if (layout == nullptr)
        return store;
    TupleTableSlot *slot = MakeSingleTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    for_each_image(tview, source, old_only, [&](MinimalTuple image, bool) {
        ExecStoreMinimalTuple(image, slot, false);
        tuplestore_puttupleslot(store, slot);
    });
    ExecDropSingleTupleTableSlot(slot);
    return store;
}

void mark_consumed(Oid tview) {
    const int level = GetCurrentTransactionNestLevel();
    for (SourceLog *log = first_log(); log != nullptr; log = log->next) {
        const int consumer = find_consumer(log->layout, tview);
        if (consumer >= 0)
            log->changes.consume(consumer, level);
    }
}

void mark_whole(Oid source) {
    const int level = GetCurrentTransactionNestLevel();
    const Descriptor *descriptor = get_descriptor(source);
    for (int i = 0; i < descriptor->route_count; i++) {
        SourceLog *log = get_log(&descriptor->routes[i]);
        for (int consumer = 0; consumer < log->layout->consumer_count; consumer++)
            log->changes.mark_whole(consumer, level);
    }
}

List *tviews_with_changes(bool include_deferred) {
    List *result = NIL;
    bool anything = false;
    for (SourceLog *log = first_log(); log != nullptr; log = log->next) {
        for (int consumer = 0; consumer < log->layout->consumer_count; consumer++) {
            if (!log->changes.pending(consumer).anything())
                continue;
            anything = true;
            const CachedTView *tview = find_tview(log->layout->consumers[consumer].tview);
            if (tview == nullptr) {
                log->changes.consume(consumer, GetCurrentTransactionNestLevel());
                continue;
            }
            if (is_flushed(tview->refresh, include_deferred))
                result = list_append_unique_oid(result, tview->tview);
        }
    }
    note_pending(anything);
    return result;
}

} // namespace pgtv::capture
