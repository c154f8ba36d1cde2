// INSERT, UPDATE and DELETE of single rows without a statement. Lifetime: the recomputation of one TVIEW.

#include "pg/postgres.hpp"
#include "maintenance/row_writer.hpp"

#include "capture/change_set.hpp"
#include "maintenance/stale_snapshot.hpp"
#include "maintenance/write_guard.hpp"

namespace pgtv::maintenance {
namespace {

/** Fewer additions fit into few pages of an index anyway. */
constexpr int64 worth_sorting = 1000;

} // namespace

RowWriter::RowWriter(Relation table, const RowShape *shape)
    : table_(table), shape_(shape), memory_(CurrentMemoryContext), estate_(nullptr), target_(nullptr), recheck_{},
      place_(nullptr), row_(nullptr), seen_(nullptr), unique_columns_(nullptr), moved_(nullptr), several_moved_(false),
      additions_(nullptr), batch_(nullptr), counts_{} {}

void RowWriter::remove(const DiffRow &stored) {
    open_target();
    remove_row(stored.tid);
    counts_.deleted++;
}

void RowWriter::change(const TupleTableSlot *stored, Datum *values, bool *nulls) {
    DiffRow before = {};
    before.values = stored->tts_values;
    before.nulls = stored->tts_isnull;
    before.tid = stored->tts_tid;
    DiffRow after = {};
    after.values = values;
    after.nulls = nulls;
    change(before, after);
}

void RowWriter::change(const DiffRow &stored, const DiffRow &computed) {
    open();
    for (int position = bms_next_member(unique_columns_, -1); position >= 0;
         position = bms_next_member(unique_columns_, position)) {
        if (same_image(shape_, position, stored.values, stored.nulls, computed.values, computed.nulls))
            continue;
        move(stored, computed);
        return;
    }
    for (int i = 0; i < shape_->live_count; i++) {
        const int position = shape_->live[i];
        if (same_image(shape_, position, stored.values, stored.nulls, computed.values, computed.nulls))
            computed.values[position] = stored.values[position]; // a toasted value is then not written again
    }
    update_row(stored.tid, computed, &stored);
    counts_.updated++;
}

/**
 * One row alone can change its unique columns in place once all else is written; of several, one may want the value
 * which another is about to give up, so these are removed and added.
 */
void RowWriter::move(const DiffRow &stored, const DiffRow &computed) {
    if (moved_ == nullptr && !several_moved_) {
        moved_ = copy_row(stored.tid, computed);
        return;
    }
    if (moved_ != nullptr) {
        remove(*moved_);
        add(*moved_);
        moved_ = nullptr;
        several_moved_ = true;
    }
    remove(stored);
    add(computed);
}

void RowWriter::add(const DiffRow &computed) {
    if (additions_ == nullptr) {
        MemoryContext old = MemoryContextSwitchTo(memory_);
        additions_ = tuplestore_begin_heap(false, false, work_mem);
        MemoryContextSwitchTo(old);
    }
    tuplestore_putvalues(additions_, shape_->desc, computed.values, computed.nulls);
    counts_.inserted++;
}

void RowWriter::write_rest() {
    if (moved_ != nullptr) {
        update_row(moved_->tid, *moved_, nullptr);
        counts_.updated++;
        moved_ = nullptr;
    }
    if (additions_ != nullptr)
        write_additions();
    write_batch();
}

void RowWriter::write_additions() {
    open();
    TupleTableSlot *slot = MakeSingleTupleTableSlot(shape_->desc, &TTSOpsMinimalTuple);
    Tuplesortstate *sort = tuplestore_tuple_count(additions_) >= worth_sorting ? begin_sort() : nullptr;
    while (tuplestore_gettupleslot(additions_, true, false, slot)) {
        if (sort != nullptr)
            tuplesort_puttupleslot(sort, slot);
        else
            insert(slot);
    }
    tuplestore_end(additions_);
    additions_ = nullptr;
    if (sort != nullptr) {
        tuplesort_performsort(sort);
        while (tuplesort_gettupleslot(sort, true, false, slot, nullptr))
            insert(slot);
    }
    ExecDropSingleTupleTableSlot(slot);
    if (sort != nullptr)
        tuplesort_end(sort);
}

/** By identity: the index on it then grows at one place after another. nullptr if its types have no order. */
Tuplesortstate *RowWriter::begin_sort() const {
    const auto count = static_cast<Size>(shape_->identity_count);
    auto *columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * (count + 1)));
    auto *operators = static_cast<Oid *>(palloc(sizeof(Oid) * (count + 1)));
    auto *collations = static_cast<Oid *>(palloc(sizeof(Oid) * (count + 1)));
    auto *nulls_first = static_cast<bool *>(palloc0(sizeof(bool) * (count + 1)));
    for (Size i = 0; i < count; i++) {
        Form_pg_attribute attribute = TupleDescAttr(shape_->desc, shape_->identity[i]);
        columns[i] = attribute->attnum;
        operators[i] = lookup_type_cache(attribute->atttypid, TYPECACHE_LT_OPR)->lt_opr;
        collations[i] = attribute->attcollation;
        if (!OidIsValid(operators[i]))
            return nullptr;
    }
    if (count == 0)
        return nullptr;
    return tuplesort_begin_heap(shape_->desc, shape_->identity_count, columns, operators, collations, nulls_first,
                                work_mem, nullptr, TUPLESORT_NONE);
}

void RowWriter::add_now(const Datum *values, const bool *nulls) {
    open();
    if (may_batch()) {
        insert_row(values, nulls);
        counts_.inserted++;
        return;
    }
    DiffRow row = {};
    row.values = const_cast<Datum *>(values); // only read
    row.nulls = const_cast<bool *>(nulls);
    add(row);
}

void RowWriter::insert(TupleTableSlot *slot) {
    slot_getallattrs(slot);
    insert_row(slot->tts_values, slot->tts_isnull);
}

/** A trigger that sees a row before it is inserted must see the table with all rows before. */
bool RowWriter::may_batch() const {
    const TriggerDesc *triggers = target_->ri_TrigDesc;
    return triggers == nullptr || !(triggers->trig_insert_before_row || triggers->trig_insert_instead_row);
}

void RowWriter::insert_row(const Datum *values, const bool *nulls) {
    CHECK_FOR_INTERRUPTS();
    if (!may_batch()) {
        ResetPerTupleExprContext(estate_);
        ExecClearTuple(row_);
        std::copy_n(values, shape_->desc->natts, row_->tts_values);
        std::copy_n(nulls, shape_->desc->natts, row_->tts_isnull);
        ExecStoreVirtualTuple(row_);
        ExecSimpleRelationInsert(target_, estate_, row_);
        return;
    }
    if (batch_ == nullptr) {
        const MemoryContext old = MemoryContextSwitchTo(memory_);
        batch_ = new (palloc(sizeof(RowBatch))) RowBatch(table_, 0);
        MemoryContextSwitchTo(old);
    }
    TupleTableSlot *slot = batch_->next_slot();
    std::copy_n(values, shape_->desc->natts, slot->tts_values);
    std::copy_n(nulls, shape_->desc->natts, slot->tts_isnull);
    if (batch_->keep())
        write_batch();
}

/** What the executor does for each row of an INSERT, but the rows are put into the table together. */
void RowWriter::write_batch() {
    if (batch_ == nullptr || batch_->count() == 0)
        return;
    for (int i = 0; table_->rd_att->constr != nullptr && i < batch_->count(); i++)
        ExecConstraints(target_, batch_->row(i), estate_);
    batch_->write(estate_->es_output_cid);
    for (int i = 0; i < batch_->count(); i++) {
        ResetPerTupleExprContext(estate_);
        TupleTableSlot *row = batch_->row(i);
        row->tts_tableOid = RelationGetRelid(table_);
        List *rechecks = target_->ri_NumIndices > 0 ? compat::insert_index_entries(target_, row, estate_) : NIL;
        ExecARInsertTriggers(estate_, target_, row, rechecks, nullptr);
        if (captures_)
            capture_row(nullptr, row);
        list_free(rechecks);
    }
    batch_->clear();
}

void RowWriter::close() {
    if (estate_ == nullptr)
        return;
    if (batch_ != nullptr)
        batch_->end();
    batch_ = nullptr;
    EvalPlanQualEnd(&recheck_);
    ExecCloseResultRelations(estate_); // with those whose triggers were fired for a foreign key's cascade
    indexes_open_ = false;
    ExecResetTupleTable(estate_->es_tupleTable, false);
    FreeExecutorState(estate_);
    estate_ = nullptr;
}

void RowWriter::open() {
    open_target();
    if (indexes_open_)
        return;
    const MemoryContext old = MemoryContextSwitchTo(estate_->es_query_cxt);
    ExecOpenIndices(target_, false);
    indexes_open_ = true;
    find_unique_columns();
    MemoryContextSwitchTo(old);
}

/** All that removing a row takes. */
void RowWriter::open_target() {
    if (estate_ != nullptr)
        return;
    MemoryContext old = MemoryContextSwitchTo(memory_);
    EState *estate = CreateExecutorState();
    MemoryContextSwitchTo(estate->es_query_cxt);

    auto *entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_RELATION;
    entry->relid = RelationGetRelid(table_);
    entry->relkind = table_->rd_rel->relkind;
    entry->rellockmode = AccessShareLock;
    compat::init_range_table(estate, entry);
    target_ = makeNode(ResultRelInfo);
    InitResultRelInfo(target_, table_, 1, nullptr, 0);
    leave_out_replica_guard(target_->ri_TrigDesc);
    captures_ = leave_out_capture_trigger(target_->ri_TrigDesc);
    // Where AfterTriggerEndQuery looks for the target's open indexes and triggers.
    estate->es_opened_result_relations = lappend(estate->es_opened_result_relations, target_);
    estate->es_snapshot = GetActiveSnapshot();
    estate->es_output_cid = GetCurrentCommandId(true);
    compat::init_recheck(&recheck_, estate);
    place_ = ExecInitExtraTupleSlot(estate, shape_->desc, &TTSOpsVirtual);
    row_ = ExecInitExtraTupleSlot(estate, shape_->desc, &TTSOpsVirtual);
    if (captures_)
        old_ = ExecInitExtraTupleSlot(estate, shape_->desc, table_slot_callbacks(table_));
    if (transaction_snapshot_differs())
        seen_ = ExecInitExtraTupleSlot(estate, shape_->desc, table_slot_callbacks(table_));
    estate_ = estate;
    MemoryContextSwitchTo(old);
}

void RowWriter::find_unique_columns() {
    Bitmapset *offset = nullptr;
    for (int i = 0; i < target_->ri_NumIndices; i++) {
        const IndexInfo *index = target_->ri_IndexRelationInfo[i];
        if (!index->ii_Unique && index->ii_ExclusionOps == nullptr)
            continue;
        for (int j = 0; j < index->ii_NumIndexKeyAttrs; j++)
            if (index->ii_IndexAttrNumbers[j] > 0)
                unique_columns_ = bms_add_member(unique_columns_, index->ii_IndexAttrNumbers[j] - 1);
        pull_varattnos(reinterpret_cast<Node *>(index->ii_Expressions), 1, &offset);
        pull_varattnos(reinterpret_cast<Node *>(index->ii_Predicate), 1, &offset);
    }
    if (bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, offset)) // the whole row
        for (int i = 0; i < shape_->live_count; i++)
            unique_columns_ = bms_add_member(unique_columns_, shape_->live[i]);
    for (int member = bms_next_member(offset, -1); member >= 0; member = bms_next_member(offset, member))
        if (member + FirstLowInvalidHeapAttributeNumber > 0)
            unique_columns_ = bms_add_member(unique_columns_, member + FirstLowInvalidHeapAttributeNumber - 1);
}

DiffRow *RowWriter::copy_row(const ItemPointerData &tid, const DiffRow &computed) {
    MemoryContext old = MemoryContextSwitchTo(memory_);
    const auto columns = static_cast<Size>(shape_->desc->natts);
    auto *copy = static_cast<DiffRow *>(palloc0(sizeof(DiffRow)));
    copy->tid = tid;
    copy->values = static_cast<Datum *>(palloc(sizeof(Datum) * columns));
    copy->nulls = static_cast<bool *>(palloc(sizeof(bool) * columns));
    heap_deform_tuple(heap_form_tuple(shape_->desc, computed.values, computed.nulls), shape_->desc, copy->values,
                      copy->nulls);
    MemoryContextSwitchTo(old);
    return copy;
}

void RowWriter::refuse_unseen(const ItemPointerData &tid) {
    if (seen_ != nullptr)
        refuse_unseen_row(table_, tid, seen_);
}

void RowWriter::remove_row(const ItemPointerData &tid) {
    CHECK_FOR_INTERRUPTS();
    ResetPerTupleExprContext(estate_);
    refuse_unseen(tid);
    if (captures_)
        fetch_old(tid);
    ItemPointerCopy(&tid, &place_->tts_tid);
    ExecSimpleRelationDelete(target_, estate_, &recheck_, place_);
    if (captures_)
        capture_row(old_, nullptr);
}

void RowWriter::fetch_old(const ItemPointerData &tid) {
    ItemPointerData place = tid;
    if (!table_tuple_fetch_row_version(table_, &place, SnapshotAny, old_))
        elog(ERROR, "a row of tview \"%s\" is gone", RelationGetRelationName(table_));
}

/** row_ is what was written. */
void RowWriter::capture_update(const DiffRow *stored) {
    TupleTableSlot *before = old_;
    if (stored != nullptr) {
        before = ExecClearTuple(place_);
        std::copy_n(stored->values, shape_->desc->natts, before->tts_values);
        std::copy_n(stored->nulls, shape_->desc->natts, before->tts_isnull);
        ExecStoreVirtualTuple(before);
    }
    capture_row(before, row_);
}

/** What it takes besides the image is forgotten with the next row. */
void RowWriter::capture_row(TupleTableSlot *before, TupleTableSlot *after) {
    const MemoryContext old = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate_));
    capture::capture_row(table_, before, after);
    MemoryContextSwitchTo(old);
}

/** `stored`: its values, if they are at hand. */
void RowWriter::update_row(const ItemPointerData &tid, const DiffRow &computed, const DiffRow *stored) {
    CHECK_FOR_INTERRUPTS();
    ResetPerTupleExprContext(estate_);
    refuse_unseen(tid);
    if (captures_ && stored == nullptr)
        fetch_old(tid);
    ItemPointerCopy(&tid, &place_->tts_tid);
    ExecClearTuple(row_);
    std::copy_n(computed.values, shape_->desc->natts, row_->tts_values);
    std::copy_n(computed.nulls, shape_->desc->natts, row_->tts_isnull);
    ExecStoreVirtualTuple(row_);
    ExecSimpleRelationUpdate(target_, estate_, &recheck_, place_, row_);
    if (captures_)
        capture_update(stored);
}

} // namespace pgtv::maintenance
