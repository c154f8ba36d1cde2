// Writes and reads the images in rows of tview.pending. Lifetime: a call.

#include "pg/postgres.hpp"
#include "capture/image_chunk.hpp"

namespace pgtv::capture {
namespace {

/** The server's major version, because tuples are kept as it has them in memory, and a version of our own. */
constexpr int32 current_format = compat::server_major * 100 + 1;

/** With the other columns of tview.pending this fills a page. */
constexpr int chunk_size = 7500;

void begin_chunk(StringInfo buffer) {
    resetStringInfo(buffer);
    appendStringInfoSpaces(buffer, VARHDRSZ);
}

/** The columns of stored images, as their table has them now. */
TupleDesc stored_descriptor(const catalog::PendingRow &row, Relation source) {
    TupleDesc desc = CreateTemplateTupleDesc(row.column_count);
    for (int i = 0; i < row.column_count; i++)
        TupleDescCopyEntry(desc, AttrNumber(i + 1), RelationGetDescr(source), row.columns[i]);
    return desc;
}

/** Where the columns of `layout` are among the stored ones; -1 where one is not. */
int *positions_in(const catalog::PendingRow &row, const ImageLayout *layout) {
    auto *positions = static_cast<int *>(palloc(sizeof(int) * size_t(layout->column_count + 1)));
    for (int i = 0; i < layout->column_count; i++) {
        const AttrNumber *begin = row.columns;
        const AttrNumber *end = begin + row.column_count;
        const AttrNumber *found = std::find(begin, end, layout->columns[i]);
        positions[i] = found == end ? -1 : int(found - begin);
    }
    return positions;
}

bool same_columns(const catalog::PendingRow &row, const ImageLayout *layout) {
    return row.column_count == layout->column_count &&
           std::equal(row.columns, row.columns + row.column_count, layout->columns);
}

/** Turns stored images into images of another layout. */
class Projection {
public:
    Projection(const catalog::PendingRow &row, Relation source, const ImageLayout *layout)
        : layout_(layout), positions_(positions_in(row, layout)),
          slot_(MakeTupleTableSlot(stored_descriptor(row, source), &TTSOpsMinimalTuple)),
          values_(static_cast<Datum *>(palloc(sizeof(Datum) * size_t(layout->column_count + 1)))),
          nulls_(static_cast<bool *>(palloc(sizeof(bool) * size_t(layout->column_count + 1)))) {}

    MinimalTuple apply(MinimalTuple image, MemoryContext memory) {
        ExecStoreMinimalTuple(image, slot_, false);
        slot_getallattrs(slot_);
        for (int i = 0; i < layout_->column_count; i++) {
            values_[i] = slot_->tts_values[positions_[i]];
            nulls_[i] = slot_->tts_isnull[positions_[i]];
        }
        const MemoryContext previous = MemoryContextSwitchTo(memory);
        MinimalTuple result = compat::form_minimal_tuple(layout_->desc, values_, nulls_);
        MemoryContextSwitchTo(previous);
        return result;
    }

private:
    const ImageLayout *layout_;
    int *positions_;
    TupleTableSlot *slot_;
    Datum *values_;
    bool *nulls_;
};

} // namespace

ChunkWriter::ChunkWriter(Oid tview, const ImageLayout *layout) : row_() {
    row_.tview = tview;
    row_.kind = catalog::PendingKind::images;
    row_.source = layout->source;
    row_.format = current_format;
    row_.column_count = layout->column_count;
    row_.columns = layout->columns;
    row_.types = static_cast<Oid *>(palloc(sizeof(Oid) * size_t(layout->column_count + 1)));
    for (int i = 0; i < layout->column_count; i++)
        row_.types[i] = TupleDescAttr(layout->desc, i)->atttypid;
    initStringInfo(&buffer_);
    begin_chunk(&buffer_);
}

void ChunkWriter::put(MinimalTuple image, bool old) {
    if (row_.image_count > 0 && buffer_.len + 1 + int(image->t_len) > chunk_size)
        finish();
    appendStringInfoChar(&buffer_, old ? 1 : 0);
    appendBinaryStringInfo(&buffer_, reinterpret_cast<const char *>(image), int(image->t_len));
    row_.image_count++;
}

void ChunkWriter::finish() {
    if (row_.image_count == 0)
        return;
    row_.images = reinterpret_cast<bytea *>(buffer_.data);
    SET_VARSIZE(row_.images, buffer_.len);
    catalog::insert_pending(row_);
    row_.image_count = 0;
    begin_chunk(&buffer_);
}

bool can_read(const catalog::PendingRow &row, Relation source, const ImageLayout *layout) {
    if (row.format != current_format)
        return false;
    for (int i = 0; i < row.column_count; i++) {
        const AttrNumber column = row.columns[i];
        if (column <= 0 || column > RelationGetNumberOfAttributes(source) ||
            TupleDescAttr(RelationGetDescr(source), column - 1)->atttypid != row.types[i])
            return false;
    }
    const int *positions = positions_in(row, layout);
    return std::all_of(positions, positions + layout->column_count, [](int position) { return position >= 0; });
}

void visit_stored_images(const StoredImages &images, StoredImageVisitor visitor, void *argument) {
    const bool same = same_columns(*images.row, images.layout);
    Projection projection(*images.row, images.source, images.layout);
    const char *at = VARDATA_ANY(images.row->images);
    const char *end = at + VARSIZE_ANY_EXHDR(images.row->images);
    while (at < end) {
        const bool old = *at++ != 0;
        uint32 length;
        memcpy(&length, at, sizeof(length));
        auto *image =
            static_cast<MinimalTuple>(MemoryContextAlloc(same ? images.memory : CurrentMemoryContext, length));
        memcpy(image, at, length);
        at += length;
        visitor(same ? image : projection.apply(image, images.memory), old, argument);
    }
}

} // namespace pgtv::capture
