// Collects rows in slots of the table's own kind. Lifetime: that of the RowBatch.

#include "pg/postgres.hpp"
#include "maintenance/row_batch.hpp"

namespace pgtv::maintenance {
namespace {

constexpr int most_rows = 1000;
constexpr Size most_bytes = 64 * 1024;

Size stored_size(TupleTableSlot *slot) {
    bool should_free = false;
    HeapTuple tuple = ExecFetchSlotHeapTuple(slot, false, &should_free);
    const Size size = tuple->t_len;
    if (should_free)
        heap_freetuple(tuple);
    return size;
}

} // namespace

RowBatch::RowBatch(Relation table, int options)
    : table_(table), options_(options), memory_(CurrentMemoryContext),
      scratch_(AllocSetContextCreate(CurrentMemoryContext, "pg_tviews row batch", ALLOCSET_DEFAULT_SIZES)) {}

TupleTableSlot *RowBatch::next_slot() {
    if (used_ == made_) {
        const MemoryContext old = MemoryContextSwitchTo(memory_);
        make_slot();
        MemoryContextSwitchTo(old);
    }
    return ExecClearTuple(slots_[used_]);
}

void RowBatch::make_slot() {
    if (made_ == room_) {
        room_ = room_ == 0 ? 1 : std::min(most_rows, room_ * 8);
        const Size bytes = sizeof(TupleTableSlot *) * static_cast<Size>(room_);
        slots_ = static_cast<TupleTableSlot **>(slots_ == nullptr ? palloc(bytes) : repalloc(slots_, bytes));
    }
    slots_[made_++] = table_slot_create(table_, nullptr);
}

bool RowBatch::full() const {
    return used_ == most_rows || bytes_ > most_bytes;
}

bool RowBatch::keep() {
    TupleTableSlot *slot = slots_[used_++];
    ExecStoreVirtualTuple(slot);
    ExecMaterializeSlot(slot); // the values are somebody else's
    bytes_ += stored_size(slot);
    return full();
}

void RowBatch::write(CommandId command) {
    CHECK_FOR_INTERRUPTS();
    if (bulk_ == nullptr && full()) { // else it costs more than the rows
        const MemoryContext old = MemoryContextSwitchTo(memory_);
        bulk_ = GetBulkInsertState();
        MemoryContextSwitchTo(old);
    }
    const MemoryContext old = MemoryContextSwitchTo(scratch_);
    table_multi_insert(table_, slots_, used_, command, options_, bulk_);
    MemoryContextSwitchTo(old);
    MemoryContextReset(scratch_);
}

void RowBatch::clear() {
    for (int i = 0; i < used_; i++)
        ExecClearTuple(slots_[i]);
    used_ = 0;
    bytes_ = 0;
}

void RowBatch::end() {
    if (bulk_ != nullptr)
        FreeBulkInsertState(bulk_);
    table_finish_bulk_insert(table_, options_);
    for (int i = 0; i < made_; i++)
        ExecDropSingleTupleTableSlot(slots_[i]);
}

} // namespace pgtv::maintenance
