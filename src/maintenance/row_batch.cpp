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
    : table_(table), options_(options),
      slots_(static_cast<TupleTableSlot **>(palloc0(sizeof(TupleTableSlot *) * most_rows))),
      memory_(CurrentMemoryContext),
      scratch_(AllocSetContextCreate(CurrentMemoryContext, "pg_tviews row batch", ALLOCSET_DEFAULT_SIZES)),
      bulk_(GetBulkInsertState()) {}

TupleTableSlot *RowBatch::next_slot() {
    if (slots_[used_] == nullptr) {
        const MemoryContext old = MemoryContextSwitchTo(memory_);
        slots_[used_] = table_slot_create(table_, nullptr);
        MemoryContextSwitchTo(old);
    }
    return ExecClearTuple(slots_[used_]);
}

bool RowBatch::keep() {
    TupleTableSlot *slot = slots_[used_++];
    ExecStoreVirtualTuple(slot);
    ExecMaterializeSlot(slot); // the values are somebody else's
    bytes_ += stored_size(slot);
    return used_ == most_rows || bytes_ > most_bytes;
}

void RowBatch::write(CommandId command) {
    CHECK_FOR_INTERRUPTS();
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
    FreeBulkInsertState(bulk_);
    table_finish_bulk_insert(table_, options_);
    for (int i = 0; i < most_rows && slots_[i] != nullptr; i++)
        ExecDropSingleTupleTableSlot(slots_[i]);
}

} // namespace pgtv::maintenance
