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
    ImageType *types;     // [key_count] of the values
    bool by_partners;     // no value is a column of K
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
        prepared->types = static_cast<ImageType *>(palloc0(sizeof(ImageType) * keys));
        prepared->by_partners = step->key_count > 0;
        for (int i = 0; i < step->key_count; i++) {
            fmgr_info(step->keys[i].procedure, &prepared->procedures[i]);
            prepared->values[i] = prepare(step->keys[i].value);
            prepared->by_partners = prepared->by_partners && step->keys[i].key < 0;
            if (step->keys[i].key < 0)
                prepared->types[i] = image_type(exprType(reinterpret_cast<Node *>(step->keys[i].value)));
        }
        prepared->conditions = prepare_all(step->conditions, &prepared->condition_count);
        prepared->inner = prepare_steps(step->inner, &prepared->inner_count);
    }
    return result;
}

TupleDesc describe_row(const plan::RowLookup *lookup) {
    TupleDesc desc = CreateTemplateTupleDesc(list_length(lookup->columns));
    ListCell *cell;
    foreach (cell, lookup->columns) {
        const auto *column = static_cast<plan::JoinedColumn *>(lfirst(cell));
        Relation relation = relation_open(list_nth_oid(lookup->leaves, column->leaf), AccessShareLock);
        TupleDescCopyEntry(desc, AttrNumber(foreach_current_index(cell) + 1), RelationGetDescr(relation),
                           column->column);
        relation_close(relation, NoLock);
    }
    return desc;
}

LeafColumns *describe_leaves(const plan::RowLookup *lookup, TupleDesc row) {
    const int leaves = list_length(lookup->leaves);
    const auto room = static_cast<Size>(row->natts + 1);
    auto *result = static_cast<LeafColumns *>(palloc0(sizeof(LeafColumns) * static_cast<Size>(leaves + 1)));
    for (int i = 0; i < leaves; i++) {
        result[i].columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * room));
        result[i].places = static_cast<int *>(palloc(sizeof(int) * room));
        result[i].types = static_cast<ImageType *>(palloc(sizeof(ImageType) * room));
    }
    ListCell *cell;
    foreach (cell, lookup->columns) {
        const auto *column = static_cast<plan::JoinedColumn *>(lfirst(cell));
        const int place = foreach_current_index(cell);
        LeafColumns *leaf = &result[column->leaf];
        leaf->columns[leaf->count] = column->column;
        leaf->places[leaf->count] = place;
        leaf->types[leaf->count++] = {TupleDescAttr(row, place)->attbyval, TupleDescAttr(row, place)->attlen};
        leaf->width = std::max(leaf->width, static_cast<int>(column->column));
    }
    return result;
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
    prepared->steps = prepare_steps(lookup->steps, &prepared->step_count);
    prepared->outputs = prepare_all(lookup->outputs, &prepared->output_count);
    prepared->context = CreateStandaloneExprContext();
    prepared->row = MakeTupleTableSlot(describe_row(lookup), &TTSOpsVirtual);
    prepared->leaves = describe_leaves(lookup, prepared->row->tts_tupleDescriptor);
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

bool JoinedRow::find(const Datum *key, TupleTableSlot *first) {
    ResetExprContext(prepared_->context);
    key_ = key;
    const PreparedStep *steps = prepared_->steps;
    take_row(steps->step->leaf, first);
    return hold(steps) && run(steps + 1, prepared_->step_count - 1);
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
    Datum values[INDEX_MAX_KEYS];
    if (!evaluate_keys(steps, values))
        return false;
    open_index(steps, scan);
    if (scan->remembered != nullptr)
        return one_row(steps, scan, values) && hold(steps) && run(steps + 1, count - 1);
    seek(steps, scan, values);
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

/** The only row of these values, remembered or remembered from now on. */
bool JoinedRow::one_row(const PreparedStep *step, LeafScan *scan, const Datum *values) {
    const RememberedRow *known = scan->remembered->find(values);
    if (known == nullptr)
        return take_one_row(step, scan, values);
    if (known->nulls == nullptr)
        return false;
    const LeafColumns *leaf = &prepared_->leaves[step->step->leaf];
    for (int i = 0; i < leaf->count; i++)
        give(leaf->places[i], known->values[i], known->nulls[i]);
    return true;
}

bool JoinedRow::take_one_row(const PreparedStep *step, LeafScan *scan, const Datum *values) {
    const LeafColumns *leaf = &prepared_->leaves[step->step->leaf];
    seek(step, scan, values);
    const bool found = index_getnext_slot(scan->scan, ForwardScanDirection, scan->slot);
    Datum *row_values = nullptr;
    bool *row_nulls = nullptr;
    if (found) {
        take_row(step->step->leaf, scan->slot);
        row_values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(leaf->count + 1)));
        row_nulls = static_cast<bool *>(palloc(sizeof(bool) * static_cast<Size>(leaf->count + 1)));
        for (int i = 0; i < leaf->count; i++)
            row_values[i] = column(leaf->places[i], &row_nulls[i]);
    }
    scan->remembered->add(values, row_values, row_nulls);
    if (found) {
        pfree(row_values);
        pfree(row_nulls);
    }
    if (!scan->remembered->worthwhile()) {
        scan->remembered->end();
        scan->remembered = nullptr;
    }
    return found;
}

/** False: nothing is equal to one of the values. */
bool JoinedRow::evaluate_keys(const PreparedStep *prepared, Datum *values) {
    const plan::LookupStep *step = prepared->step;
    for (int i = 0; i < step->key_count; i++) {
        const int key = step->keys[i].key;
        bool null = false;
        values[i] = key >= 0 ? key_[key] : ExecEvalExprSwitchContext(prepared->values[i], prepared_->context, &null);
        if (null)
            return false;
    }
    return true;
}

void JoinedRow::seek(const PreparedStep *prepared, LeafScan *scan, const Datum *values) {
    const plan::LookupStep *step = prepared->step;
    for (int i = 0; i < step->key_count; i++)
        ScanKeyEntryInitializeWithInfo(&scan->keys[i], 0, static_cast<AttrNumber>(i + 1), BTEqualStrategyNumber,
                                       step->keys[i].subtype, step->keys[i].collation, &prepared->procedures[i],
                                       values[i]);
    index_rescan(scan->scan, scan->keys, step->key_count, nullptr, 0);
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
    const Form_pg_index index = scan->index->rd_index;
    const LeafColumns *leaf = &prepared_->leaves[step->leaf];
    if (remembers_ && prepared->by_partners && index->indisunique && index->indimmediate &&
        index->indnkeyatts == step->key_count)
        scan->remembered = new (palloc(sizeof(RememberedRows)))
            RememberedRows(prepared->types, step->key_count, leaf->types, leaf->count);
}

/** The values stay where the slot holds them. */
void JoinedRow::take_row(int number, TupleTableSlot *slot) {
    const LeafColumns *leaf = &prepared_->leaves[number];
    slot_getsomeattrs(slot, leaf->width);
    for (int i = 0; i < leaf->count; i++)
        give(leaf->places[i], slot->tts_values[leaf->columns[i] - 1], slot->tts_isnull[leaf->columns[i] - 1]);
}

void JoinedRow::make_null(const Bitmapset *leaves) {
    for (int number = -1; (number = bms_next_member(leaves, number)) >= 0;) {
        const LeafColumns *leaf = &prepared_->leaves[number];
        for (int i = 0; i < leaf->count; i++)
            give(leaf->places[i], Datum(0), true);
    }
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
        if (scan->remembered != nullptr)
            scan->remembered->end();
        ExecDropSingleTupleTableSlot(scan->slot);
        if (scan->index != nullptr) {
            index_endscan(scan->scan);
            index_close(scan->index, NoLock);
        }
        table_close(scan->table, NoLock);
    }
}

} // namespace pgtv::maintenance
