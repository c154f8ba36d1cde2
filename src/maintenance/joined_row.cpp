// Index scans one inside the other. Lifetime: see joined_row.hpp.

#include "pg/postgres.hpp"
#include "maintenance/joined_row.hpp"

#include "maintenance/row_places.hpp"
#include "pg/identity.hpp"

namespace pgtv::maintenance {

/** A step with its expressions prepared. */
struct PreparedStep {
    const plan::LookupStep *step;
    FmgrInfo *procedures; // [key_count]
    AttrNumber *columns;  // [key_count] of the leaf, which the index has
    bool by_key;          // all of K and nothing else is compared
    ExprState **values;   // [key_count] nullptr: a column of K
    int condition_count;
    ExprState **conditions;
    int inner_count;
    PreparedStep *inner;
};

namespace {

ExprState *prepare(Expr *expression) {
    return expression == nullptr ? nullptr : ExecInitExpr(expression_planner(expression), nullptr);
}

ExprState **prepare_all(List *expressions, int *count) {
    *count = list_length(expressions);
    auto **result = static_cast<ExprState **>(palloc(sizeof(ExprState *) * static_cast<Size>(*count + 1)));
    ListCell *cell;
    foreach (cell, expressions)
        result[foreach_current_index(cell)] = prepare(static_cast<Expr *>(lfirst(cell)));
    return result;
}

/** What the step compares with columns of the leaf. */
void find_columns(PreparedStep *prepared) {
    const plan::LookupStep *step = prepared->step;
    if (step->kind != plan::LookupKind::relation)
        return;
    Relation index = index_open(step->index, AccessShareLock);
    prepared->by_key = true;
    for (int i = 0; i < step->key_count; i++) {
        prepared->columns[i] = index->rd_index->indkey.values[i];
        prepared->by_key = prepared->by_key && step->keys[i].key >= 0;
    }
    index_close(index, NoLock);
}

PreparedStep *prepare_steps(List *steps, int *count) {
    *count = list_length(steps);
    auto *result = static_cast<PreparedStep *>(palloc0(sizeof(PreparedStep) * static_cast<Size>(*count + 1)));
    ListCell *cell;
    foreach (cell, steps) {
        const auto *step = static_cast<plan::LookupStep *>(lfirst(cell));
        PreparedStep *prepared = &result[foreach_current_index(cell)];
        const auto keys = static_cast<Size>(step->key_count + 1);
        prepared->step = step;
        prepared->procedures = static_cast<FmgrInfo *>(palloc0(sizeof(FmgrInfo) * keys));
        prepared->columns = static_cast<AttrNumber *>(palloc0(sizeof(AttrNumber) * keys));
        find_columns(prepared);
        prepared->values = static_cast<ExprState **>(palloc0(sizeof(ExprState *) * keys));
        for (int i = 0; i < step->key_count; i++) {
            fmgr_info(step->keys[i].procedure, &prepared->procedures[i]);
            prepared->values[i] = prepare(step->keys[i].value);
        }
        prepared->conditions = prepare_all(step->conditions, &prepared->condition_count);
        prepared->inner = prepare_steps(step->inner, &prepared->inner_count);
    }
    return result;
}

TupleDesc describe_row(const plan::RowLookup *lookup, int *widths) {
    TupleDesc desc = CreateTemplateTupleDesc(list_length(lookup->columns));
    ListCell *cell;
    foreach (cell, lookup->columns) {
        const auto *column = static_cast<plan::JoinedColumn *>(lfirst(cell));
        Relation relation = relation_open(list_nth_oid(lookup->leaves, column->leaf), AccessShareLock);
        TupleDescCopyEntry(desc, AttrNumber(foreach_current_index(cell) + 1), RelationGetDescr(relation),
                           column->column);
        widths[column->leaf] = std::max(widths[column->leaf], static_cast<int>(column->column));
        relation_close(relation, NoLock);
    }
    return desc;
}

/** A query would check privileges each time: they are the owner's, on every relation as a whole. */
bool may_read(Oid relid, Oid owner) {
    const bool view = get_rel_relkind(relid) == RELKIND_VIEW;
    return (!view || pg::relation_owner(relid) == owner) && pg_class_aclcheck(relid, owner, ACL_SELECT) == ACLCHECK_OK;
}

bool may_read_all(const plan::Rule *rule) {
    ListCell *cell;
    foreach (cell, rule->relations)
        if (!may_read(lfirst_oid(cell), GetUserId()))
            return false;
    return true;
}

} // namespace

PreparedLookup *prepare_lookup(const plan::Rule *rule, const plan::RowLookup *lookup) {
    if (!may_read_all(rule))
        return nullptr;
    auto *prepared = static_cast<PreparedLookup *>(palloc0(sizeof(PreparedLookup)));
    prepared->lookup = lookup;
    prepared->leaf_count = list_length(lookup->leaves);
    prepared->widths = static_cast<int *>(palloc0(sizeof(int) * static_cast<Size>(prepared->leaf_count + 1)));
    prepared->steps = prepare_steps(lookup->steps, &prepared->step_count);
    prepared->outputs = prepare_all(lookup->outputs, &prepared->output_count);
    prepared->context = CreateStandaloneExprContext();
    prepared->row = MakeTupleTableSlot(describe_row(lookup, prepared->widths), &TTSOpsVirtual);
    prepared->context->ecxt_scantuple = prepared->row;
    return prepared;
}

JoinedRow::JoinedRow(PreparedLookup *prepared)
    : prepared_(prepared),
      scans_(static_cast<LeafScan *>(palloc0(sizeof(LeafScan) * static_cast<Size>(prepared->leaf_count + 1)))) {
    ExecClearTuple(prepared->row);
    std::fill_n(prepared->row->tts_isnull, prepared->row->tts_tupleDescriptor->natts, true);
    ExecStoreVirtualTuple(prepared->row);
}

bool JoinedRow::find(const Datum *key) {
    CHECK_FOR_INTERRUPTS();
    ResetExprContext(prepared_->context);
    key_ = key;
    return run(prepared_->steps, prepared_->step_count);
}

Datum JoinedRow::output(int i, bool *null) {
    return ExecEvalExprSwitchContext(prepared_->outputs[i], prepared_->context, null);
}

bool JoinedRow::run(const PreparedStep *steps, int count) {
    for (int i = 0; i < count; i++) {
        if (steps[i].step->kind == plan::LookupKind::relation)
            return each_row(steps + i, count - i);
        if (!run_part(&steps[i]) || !hold(&steps[i]))
            return false;
    }
    return true;
}

bool JoinedRow::run_part(const PreparedStep *step) {
    const plan::LookupKind kind = step->step->kind;
    if (kind == plan::LookupKind::check)
        return true;
    const bool found = run(step->inner, step->inner_count);
    if (kind == plan::LookupKind::optional && !found)
        make_null(step->step->optional);
    return kind == plan::LookupKind::optional || found == (kind == plan::LookupKind::exists);
}

/** The first row of the first step's leaf with which the other steps find theirs. */
bool JoinedRow::each_row(const PreparedStep *steps, int count) {
    LeafScan *scan = &scans_[steps->step->leaf];
    if (find_at_place(steps, scan)) {
        take_row(steps->step->leaf, scan->slot);
        if (hold(steps) && run(steps + 1, count - 1))
            return true;
    }
    if (!seek(steps, scan))
        return false;
    while (index_getnext_slot(scan->scan, ForwardScanDirection, scan->slot)) {
        CHECK_FOR_INTERRUPTS();
        take_row(steps->step->leaf, scan->slot);
        if (hold(steps) && run(steps + 1, count - 1))
            return true;
    }
    return false;
}

/** Puts the leaf's row with the key into its slot, if it is where it was captured. */
bool JoinedRow::find_at_place(const PreparedStep *prepared, LeafScan *scan) {
    if (places_ == nullptr || key_ == nullptr || !prepared->by_key ||
        list_nth_oid(prepared_->lookup->leaves, prepared->step->leaf) != places_->source())
        return false;
    open_table(prepared, scan);
    return places_->fetch(scan->table, key_, scan->slot, [=, this] { return holds_key(prepared, scan->slot); });
}

bool JoinedRow::holds_key(const PreparedStep *prepared, TupleTableSlot *row) const {
    for (int i = 0; i < prepared->step->key_count; i++) {
        const plan::LookupKey *key = &prepared->step->keys[i];
        bool null = false;
        const Datum value = slot_getattr(row, prepared->columns[i], &null);
        if (null || !DatumGetBool(FunctionCall2Coll(&prepared->procedures[i], key->collation, value, key_[key->key])))
            return false;
    }
    return true;
}

/** False: nothing is equal to one of the values. */
bool JoinedRow::seek(const PreparedStep *prepared, LeafScan *scan) {
    open_index(prepared, scan);
    const plan::LookupStep *step = prepared->step;
    for (int i = 0; i < step->key_count; i++) {
        const plan::LookupKey *key = &step->keys[i];
        bool null = false;
        const Datum value =
            key->key >= 0 ? key_[key->key] : ExecEvalExprSwitchContext(prepared->values[i], prepared_->context, &null);
        if (null)
            return false;
        ScanKeyEntryInitializeWithInfo(&scan->keys[i], 0, static_cast<AttrNumber>(i + 1), BTEqualStrategyNumber,
                                       key->subtype, key->collation, &prepared->procedures[i], value);
    }
    index_rescan(scan->scan, scan->keys, step->key_count, nullptr, 0);
    return true;
}

void JoinedRow::open_table(const PreparedStep *prepared, LeafScan *scan) {
    if (scan->table != nullptr)
        return;
    scan->table = table_open(list_nth_oid(prepared_->lookup->leaves, prepared->step->leaf), AccessShareLock);
    scan->slot = table_slot_create(scan->table, nullptr);
}

void JoinedRow::open_index(const PreparedStep *prepared, LeafScan *scan) {
    if (scan->index != nullptr)
        return;
    open_table(prepared, scan);
    const plan::LookupStep *step = prepared->step;
    scan->index = index_open(step->index, AccessShareLock);
    scan->scan = compat::begin_index_scan(scan->table, scan->index, GetActiveSnapshot(), step->key_count);
    scan->keys = static_cast<ScanKey>(palloc(sizeof(ScanKeyData) * static_cast<Size>(step->key_count)));
}

/** The values stay where the slot holds them. */
void JoinedRow::take_row(int leaf, TupleTableSlot *slot) {
    slot_getsomeattrs(slot, prepared_->widths[leaf]);
    ListCell *cell;
    foreach (cell, prepared_->lookup->columns) {
        const auto *column = static_cast<plan::JoinedColumn *>(lfirst(cell));
        if (column->leaf != leaf)
            continue;
        const int place = foreach_current_index(cell);
        prepared_->row->tts_values[place] = slot->tts_values[column->column - 1];
        prepared_->row->tts_isnull[place] = slot->tts_isnull[column->column - 1];
    }
}

void JoinedRow::make_null(const Bitmapset *leaves) {
    ListCell *cell;
    foreach (cell, prepared_->lookup->columns)
        if (bms_is_member(static_cast<plan::JoinedColumn *>(lfirst(cell))->leaf, leaves))
            prepared_->row->tts_isnull[foreach_current_index(cell)] = true;
}

bool JoinedRow::hold(const PreparedStep *step) {
    for (int i = 0; i < step->condition_count; i++) {
        bool null = false;
        const Datum value = ExecEvalExprSwitchContext(step->conditions[i], prepared_->context, &null);
        if (null || !DatumGetBool(value))
            return false;
    }
    return true;
}

void JoinedRow::end() {
    ExecClearTuple(prepared_->row);
    for (int i = 0; i < prepared_->leaf_count; i++) {
        const LeafScan *scan = &scans_[i];
        if (scan->table == nullptr)
            continue;
        ExecDropSingleTupleTableSlot(scan->slot);
        if (scan->index != nullptr) {
            index_endscan(scan->scan);
            index_close(scan->index, NoLock);
        }
        table_close(scan->table, NoLock);
    }
}

} // namespace pgtv::maintenance
