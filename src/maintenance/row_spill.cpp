// A tuplesort over (group hash, image hash) and the row itself. Lifetime: one comparison.

#include "pg/postgres.hpp"
#include "maintenance/row_spill.hpp"

namespace pgtv::maintenance {
namespace {

/** Columns in front of those of the row: group, image, place. */
constexpr int extra_columns = 3;
/** The place of a row that is not stored yet. */
constexpr int64 no_place = -1;

int64 encode_place(const SpilledRow &row) {
    if (!row.stored)
        return no_place;
    return (static_cast<int64>(ItemPointerGetBlockNumberNoCheck(&row.tid)) << 16) |
           ItemPointerGetOffsetNumberNoCheck(&row.tid);
}

void decode_place(int64 place, SpilledRow *row) {
    row->stored = place != no_place;
    ItemPointerSetInvalid(&row->tid);
    if (!row->stored)
        return;
    row->tid.ip_blkid.bi_hi = static_cast<uint16>(place >> 32);
    row->tid.ip_blkid.bi_lo = static_cast<uint16>(place >> 16);
    row->tid.ip_posid = static_cast<OffsetNumber>(place);
}

TupleDesc describe(const RowShape *shape) {
    TupleDesc desc = CreateTemplateTupleDesc(extra_columns + shape->live_count);
    TupleDescInitEntry(desc, 1, "group", INT4OID, -1, 0);
    TupleDescInitEntry(desc, 2, "image", INT4OID, -1, 0);
    TupleDescInitEntry(desc, 3, "place", INT8OID, -1, 0);
    for (int i = 0; i < shape->live_count; i++)
        TupleDescCopyEntry(desc, static_cast<AttrNumber>(extra_columns + i + 1), shape->desc,
                           static_cast<AttrNumber>(shape->live[i] + 1));
    return desc;
}

} // namespace

RowSpill::RowSpill(const RowShape *shape) : shape_(shape) {
    TupleDesc desc = describe(shape);
    in_ = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
    out_ = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
    AttrNumber columns[] = {1, 2};
    Oid operators[] = {Int4LessOperator, Int4LessOperator};
    Oid collations[] = {InvalidOid, InvalidOid};
    bool nulls_first[] = {false, false};
    sort_ =
        tuplesort_begin_heap(desc, 2, columns, operators, collations, nulls_first, work_mem, nullptr, TUPLESORT_NONE);
}

void RowSpill::put(const SpilledRow &row, const Datum *values, const bool *nulls) {
    ExecClearTuple(in_);
    in_->tts_values[0] = Int32GetDatum(static_cast<int32>(row.group));
    in_->tts_values[1] = Int32GetDatum(static_cast<int32>(row.image));
    in_->tts_values[2] = Int64GetDatum(encode_place(row));
    std::fill_n(in_->tts_isnull, extra_columns, false);
    for (int i = 0; i < shape_->live_count; i++) {
        in_->tts_values[extra_columns + i] = values[shape_->live[i]];
        in_->tts_isnull[extra_columns + i] = nulls[shape_->live[i]];
    }
    ExecStoreVirtualTuple(in_);
    tuplesort_puttupleslot(sort_, in_);
}

void RowSpill::sort() {
    tuplesort_performsort(sort_);
}

bool RowSpill::next(SpilledRow *row, Datum *values, bool *nulls) {
    if (!tuplesort_gettupleslot(sort_, true, false, out_, nullptr))
        return false;
    slot_getallattrs(out_);
    row->group = static_cast<uint32>(DatumGetInt32(out_->tts_values[0]));
    row->image = static_cast<uint32>(DatumGetInt32(out_->tts_values[1]));
    decode_place(DatumGetInt64(out_->tts_values[2]), row);
    for (int i = 0; i < shape_->desc->natts; i++)
        nulls[i] = true;
    for (int i = 0; i < shape_->live_count; i++) {
        values[shape_->live[i]] = out_->tts_values[extra_columns + i];
        nulls[shape_->live[i]] = out_->tts_isnull[extra_columns + i];
    }
    return true;
}

void RowSpill::end() {
    ExecDropSingleTupleTableSlot(in_);
    ExecDropSingleTupleTableSlot(out_);
    tuplesort_end(sort_);
}

} // namespace pgtv::maintenance
