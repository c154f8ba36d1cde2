// Keeps the former image, with which the next one is compared or paired. Lifetime: see image_rows.hpp.

#include "pg/postgres.hpp"
#include "maintenance/image_rows.hpp"

#include "capture/change_set.hpp"
#include "plan/delta.hpp"
#include "plan/exchange.hpp"

namespace pgtv::maintenance {
namespace {

Bitmapset *positions_of(const capture::ImageLayout *layout, const List *columns) {
    Bitmapset *result = nullptr;
    ListCell *cell;
    foreach (cell, columns)
        result = bms_add_member(result, position_of(layout, static_cast<AttrNumber>(lfirst_int(cell))));
    return result;
}

/** A copy of its own; the server's copy function differs between versions. */
void store_copy(MinimalTuple image, TupleTableSlot *slot) {
    auto *copy = static_cast<MinimalTuple>(MemoryContextAlloc(slot->tts_mcxt, image->t_len));
    memcpy(copy, image, image->t_len);
    ExecStoreMinimalTuple(copy, slot, true);
    slot_getallattrs(slot);
}

bool is_whole_image(const RowColumns &columns, const capture::ImageLayout *layout) {
    for (int i = 0; i < columns.count; i++)
        if (columns.positions[i] != i)
            return false;
    return layout != nullptr && columns.count == columns.own && columns.own == layout->column_count;
}

/** Another column, behind the others. */
void add_mark(RowColumns *columns) {
    const int mark = columns->count - 1;
    columns->positions[mark] = -1;
    TupleDescInitEntry(columns->desc, static_cast<AttrNumber>(mark + 1), plan::old_marker, BOOLOID, -1, 0);
}

} // namespace

RowColumns row_columns(const ImageQuery &query, const capture::ImageLayout *layout) {
    const List *old = query.images == ImageKind::pairs ? query.source->exchange->old : NIL;
    const plan::SourceRule *source = query.source;
    RowColumns columns = {};
    columns.own = list_length(source->columns);
    const bool marked = query.images == ImageKind::marked;
    const int read = columns.own + list_length(old);
    columns.count = read + (marked ? 1 : 0);
    columns.positions = static_cast<int *>(palloc(sizeof(int) * size_t(columns.count + 1)));
    columns.desc = CreateTemplateTupleDesc(columns.count);
    Relation relation = layout == nullptr ? relation_open(source->source, AccessShareLock) : nullptr;
    for (int i = 0; i < read; i++) {
        const auto column =
            AttrNumber(i < columns.own ? list_nth_int(source->columns, i) : list_nth_int(old, i - columns.own));
        columns.positions[i] = position_of(layout, column);
        const auto place = AttrNumber(columns.positions[i] + 1);
        TupleDescCopyEntry(columns.desc, AttrNumber(i + 1),
                           relation != nullptr ? RelationGetDescr(relation) : layout->desc,
                           relation != nullptr ? column : place);
        if (i >= columns.own)
            namestrcpy(&TupleDescAttr(columns.desc, i)->attname, psprintf("tv_old_%d", int(column)));
    }
    if (relation != nullptr)
        relation_close(relation, AccessShareLock);
    if (marked)
        add_mark(&columns);
    columns.whole = is_whole_image(columns, layout);
    return columns;
}

ImageRows::ImageRows(const ImageQuery &query, const capture::ImageLayout *layout, const RowColumns *columns)
    : kind_(query.images), columns_(columns), read_(positions_of(layout, query.reads)),
      image_(MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple)),
      former_(MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple)),
      values_(static_cast<Datum *>(palloc(sizeof(Datum) * size_t(columns->count + 1)))),
      nulls_(static_cast<bool *>(palloc(sizeof(bool) * size_t(columns->count + 1)))) {}

void ImageRows::fill(const TupleTableSlot *from, int first, int end) {
    for (int i = first; i < end; i++) {
        values_[i] = from->tts_values[columns_->positions[i]];
        nulls_[i] = from->tts_isnull[columns_->positions[i]];
    }
}

bool ImageRows::take(MinimalTuple image, bool old) {
    if (old && kind_ == ImageKind::new_only)
        return false;
    if (old && kind_ == ImageKind::pairs) {
        store_copy(image, former_);
        return false;
    }
    ExecStoreMinimalTuple(image, image_, false);
    old_ = old;
    if (read_ != nullptr) {
        slot_getallattrs(image_);
        if (!TTS_EMPTY(former_) && same_at(image_, former_, read_))
            return false;
        store_copy(image, former_);
    }
    return true;
}

void ImageRows::form() {
    slot_getallattrs(image_);
    fill(image_, 0, columns_->own);
    if (kind_ == ImageKind::pairs)
        fill(former_, columns_->own, columns_->count);
    if (kind_ == ImageKind::marked) {
        values_[columns_->own] = BoolGetDatum(old_);
        nulls_[columns_->own] = false;
    }
}

void ImageRows::put_into(Tuplestorestate *store) {
    if (columns_->whole) {
        tuplestore_puttupleslot(store, image_);
        return;
    }
    form();
    tuplestore_putvalues(store, columns_->desc, values_, nulls_);
}

void ImageRows::end() {
    ExecClearTuple(image_);
    ExecClearTuple(former_);
}

bool same_at(const TupleTableSlot *one, const TupleTableSlot *other, const Bitmapset *positions) {
    for (int i = -1; (i = bms_next_member(positions, i)) >= 0;) {
        const Form_pg_attribute column = TupleDescAttr(one->tts_tupleDescriptor, i);
        if (one->tts_isnull[i] != other->tts_isnull[i] ||
            (!one->tts_isnull[i] &&
             !datum_image_eq(one->tts_values[i], other->tts_values[i], column->attbyval, column->attlen)))
            return false;
    }
    return true;
}

bool only_updates_beside(const plan::Rule *rule, const capture::SourceChanges *change, const List *columns) {
    const capture::ImageLayout *layout = capture::find_pending_layout(rule->tview, change->source);
    if (layout == nullptr || change->images == 0 || change->images != 2 * change->old_images || change->unchanged != 0)
        return false;
    const Bitmapset *positions = positions_of(layout, columns);
    TupleTableSlot *old_image = MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    TupleTableSlot *new_image = MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    bool fits = true;
    capture::for_each_image(rule->tview, change->source, false, [&](MinimalTuple image, bool old) {
        fits = fits && old == TTS_EMPTY(old_image);
        if (!fits)
            return;
        if (old) {
            store_copy(image, old_image);
            return;
        }
        ExecStoreMinimalTuple(image, new_image, false);
        slot_getallattrs(new_image);
        fits = same_at(old_image, new_image, positions);
        ExecClearTuple(new_image);
        ExecClearTuple(old_image);
    });
    ExecClearTuple(old_image);
    return fits;
}

} // namespace pgtv::maintenance
