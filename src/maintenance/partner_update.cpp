// Where a step of the path finds no row, no row of the source takes part in the stored row, which therefore stays as it
// is. Rows are read as they are now, so that it does not matter how often they were updated. Lifetime: a call.

#include "pg/postgres.hpp"
#include "maintenance/partner_update.hpp"

#include "maintenance/key_index.hpp"
#include "maintenance/recompute_plans.hpp"
#include "maintenance/stored_lookup.hpp"
#include "plan/partner_path.hpp"

namespace pgtv::maintenance {

class PathScan {
public:
    void open(const plan::PathStep *step);
    void close();
    /** `fresh`: it is another row than the last time. False: there is none. */
    bool find(TupleTableSlot *stored, const PathScan *steps, bool *fresh);
    [[nodiscard]] TupleTableSlot *row() const {
        return slot_;
    }

private:
    bool is_last(const Datum *values) const;
    bool seek(const Datum *values);
    /** The table's column, not the index's: that may be stored as another type. */
    [[nodiscard]] Form_pg_attribute attribute(int i) const {
        return TupleDescAttr(RelationGetDescr(table_), index_->rd_index->indkey.values[i] - 1);
    }

    const plan::PathStep *step_;
    Relation table_;
    Relation index_;
    IndexScanDesc scan_;
    TupleTableSlot *slot_; // empty: nothing was found
    ScanKey keys_;         // of the row sought last
    MemoryContext memory_; // of their values
    bool sought_;
};

namespace {

bool may_read_all(const plan::PartnerPath *path) {
    for (int i = 0; i < path->count; i++) {
        const Relation table = table_open(path->steps[i].relation, AccessShareLock);
        const bool readable = may_read(table);
        table_close(table, NoLock);
        if (!readable)
            return false;
    }
    return true;
}

} // namespace

void PathScan::open(const plan::PathStep *step) {
    step_ = step;
    table_ = table_open(step->relation, AccessShareLock);
    index_ = index_open(step->index, AccessShareLock);
    scan_ = compat::begin_index_scan(table_, index_, GetActiveSnapshot(), step->key_count);
    slot_ = table_slot_create(table_, nullptr);
    keys_ = static_cast<ScanKey>(palloc0(sizeof(ScanKeyData) * static_cast<Size>(step->key_count)));
    memory_ = AllocSetContextCreate(CurrentMemoryContext, "pg_tviews partner", ALLOCSET_SMALL_SIZES);
    sought_ = false;
    for (int i = 0; i < step->key_count; i++) {
        const Oid type = index_->rd_opcintype[i];
        const Oid equality = get_opfamily_member(index_->rd_opfamily[i], type, type, BTEqualStrategyNumber);
        ScanKeyEntryInitialize(&keys_[i], 0, static_cast<AttrNumber>(i + 1), BTEqualStrategyNumber, type,
                               index_->rd_indcollation[i], get_opcode(equality), Datum(0));
    }
}

void PathScan::close() {
    ExecDropSingleTupleTableSlot(slot_);
    index_endscan(scan_);
    index_close(index_, NoLock);
    table_close(table_, NoLock);
}

bool PathScan::is_last(const Datum *values) const {
    for (int i = 0; sought_ && i < step_->key_count; i++) {
        const Form_pg_attribute column = attribute(i);
        if (!datum_image_eq(values[i], keys_[i].sk_argument, column->attbyval, column->attlen))
            return false;
    }
    return sought_;
}

bool PathScan::seek(const Datum *values) {
    MemoryContextReset(memory_);
    const MemoryContext previous = MemoryContextSwitchTo(memory_);
    for (int i = 0; i < step_->key_count; i++) {
        const Form_pg_attribute column = attribute(i);
        keys_[i].sk_argument = datumCopy(values[i], column->attbyval, column->attlen);
    }
    MemoryContextSwitchTo(previous);
    sought_ = true;
    ExecClearTuple(slot_); // a scan that finds nothing leaves in it what it held
    index_rescan(scan_, keys_, step_->key_count, nullptr, 0);
    if (!index_getnext_slot(scan_, ForwardScanDirection, slot_))
        return false;
    slot_getallattrs(slot_);
    return true;
}

bool PathScan::find(TupleTableSlot *stored, const PathScan *steps, bool *fresh) {
    Datum values[INDEX_MAX_KEYS];
    for (int i = 0; i < step_->key_count; i++) {
        const plan::PathValue from = step_->values[i];
        TupleTableSlot *row = from.step < 0 ? stored : steps[from.step].row();
        if (row->tts_isnull[from.column - 1])
            return false;
        values[i] = row->tts_values[from.column - 1];
    }
    *fresh = !is_last(values);
    return *fresh ? seek(values) : !TTS_EMPTY(slot_);
}

PartnerUpdate::PartnerUpdate(const plan::Rule *rule, const RowwiseChange &change, const ApplyScope &scope,
                             RowWriter *writer)
    : path_(change.source != nullptr ? change.source->partner : nullptr), steps_(nullptr), stored_(nullptr),
      values_(nullptr) {
    if (path_ == nullptr || !may_read_all(path_))
        return;
    RuleQueries *queries = queries_of(rule);
    const KeyIndex *index = stored_index(queries, scope.table);
    if (index == nullptr)
        return;
    steps_ = static_cast<PathScan *>(palloc0(sizeof(PathScan) * static_cast<Size>(path_->count)));
    for (int i = 0; i < path_->count; i++)
        steps_[i].open(&path_->steps[i]);
    stored_ = new (palloc(sizeof(KeyScan))) KeyScan(queries, index, scope.table);
    values_ = new (palloc(sizeof(CopiedValues))) CopiedValues(change.source->copied, scope.shape, writer);
}

bool PartnerUpdate::find_partner(TupleTableSlot *row) {
    bool fresh = false;
    for (int i = 0; i < path_->count; i++)
        if (!steps_[i].find(row, steps_, &fresh))
            return false;
    if (fresh)
        values_->take(steps_[path_->count - 1].row());
    return true;
}

void PartnerUpdate::copy(const KeyChunk &chunk) {
    for (int i = 0; i < chunk.count; i++) {
        CHECK_FOR_INTERRUPTS();
        for (stored_->seek(chunk, i); stored_->next();)
            if (find_partner(stored_->row()))
                values_->give(stored_->row());
    }
}

void PartnerUpdate::end() {
    if (stored_ == nullptr)
        return;
    stored_->end();
    for (int i = 0; i < path_->count; i++)
        steps_[i].close();
}

} // namespace pgtv::maintenance
