// Keeps the prepared expressions of each source's direct contribution with its rule and runs them on a slot shaped like
// the source. Lifetime: the rule.

#include "pg/postgres.hpp"
#include "maintenance/direct_evaluation.hpp"

#include "maintenance/image_query.hpp"
#include "maintenance/joined_row.hpp"
#include "maintenance/recompute_plans.hpp"
#include "plan/direct_contribution.hpp"

namespace pgtv::maintenance {

/** Prepared expressions of one source. Memory: that of the rule. */
struct DirectState {
    Oid source;
    bool possible;
    PreparedLookup *lookup; // nullptr: the row alone is evaluated
    ExprState *condition;
    ExprState **arguments; // [column_count]
    ExprState **filters;
    int *key_columns; // [direct_count] positions among the visible columns; not with a lookup
    ExprContext *context;
    TupleTableSlot *slot; // shaped like the source; not with a lookup
};

namespace {

ExprState *prepare(Expr *expression) {
    return expression == nullptr ? nullptr : ExecInitExpr(expression_planner(expression), nullptr);
}

/** The joined row is evaluated. */
void use_lookup(DirectState *state, const plan::Rule *rule, const plan::RowLookup *lookup) {
    state->lookup = prepare_lookup(rule, lookup);
    state->possible = state->lookup != nullptr;
    if (!state->possible)
        return;
    state->context = state->lookup->context;
    state->arguments = state->lookup->outputs;
    state->filters = state->lookup->outputs + rule->delta->column_count;
}

DirectState *make_state(const plan::Rule *rule, const plan::SourceRule *source) {
    const plan::DirectContribution *direct = source->direct_contribution;
    const auto count = static_cast<Size>(rule->delta->column_count);
    auto *state = static_cast<DirectState *>(palloc0(sizeof(DirectState)));
    state->source = source->source;
    state->possible = true;
    if (direct->lookup != nullptr) {
        use_lookup(state, rule, direct->lookup);
        return state;
    }
    state->condition = prepare(direct->condition);
    state->arguments = static_cast<ExprState **>(palloc0(sizeof(ExprState *) * count));
    state->filters = static_cast<ExprState **>(palloc0(sizeof(ExprState *) * count));
    for (Size i = 0; i < count; i++) {
        state->arguments[i] = prepare(direct->arguments[i]);
        state->filters[i] = prepare(direct->filters[i]);
    }
    state->key_columns = static_cast<int *>(palloc0(sizeof(int) * static_cast<Size>(source->direct_count + 1)));
    for (int i = 0; i < source->direct_count; i++)
        state->key_columns[i] = queries_of(rule)->keys[i].position;
    Relation relation = relation_open(source->source, AccessShareLock);
    state->slot = MakeTupleTableSlot(CreateTupleDescCopy(RelationGetDescr(relation)), &TTSOpsVirtual);
    relation_close(relation, NoLock);
    state->context = CreateStandaloneExprContext();
    return state;
}

/** Made on first use; the rule's memory takes it along. */
DirectState *get_state(const plan::Rule *rule, const plan::SourceRule *source) {
    RuleQueries *queries = queries_of(rule);
    ListCell *cell;
    foreach (cell, queries->direct_states)
        if (static_cast<DirectState *>(lfirst(cell))->source == source->source)
            return static_cast<DirectState *>(lfirst(cell));
    DirectState *state = make_for_rule(queries, [=] { return make_state(rule, source); });
    const MemoryContext before = MemoryContextSwitchTo(queries->memory);
    queries->direct_states = lappend(queries->direct_states, state);
    MemoryContextSwitchTo(before);
    return state;
}

HeapTupleData as_heap_tuple(MinimalTuple image) {
    HeapTupleData tuple = {};
    tuple.t_len = image->t_len + MINIMAL_TUPLE_OFFSET;
    tuple.t_data = reinterpret_cast<HeapTupleHeader>(reinterpret_cast<char *>(image) - MINIMAL_TUPLE_OFFSET);
    return tuple;
}

void fill_slot(const DirectState *state, const capture::ImageLayout *layout, MinimalTuple image) {
    TupleTableSlot *slot = ExecClearTuple(state->slot);
    std::fill_n(slot->tts_isnull, slot->tts_tupleDescriptor->natts, true);
    HeapTupleData tuple = as_heap_tuple(image);
    for (int i = 0; i < layout->column_count; i++) {
        const int place = layout->columns[i] - 1;
        slot->tts_values[place] = heap_getattr(&tuple, i + 1, layout->desc, &slot->tts_isnull[place]);
    }
    ExecStoreVirtualTuple(slot);
}

bool holds(ExprState *condition, ExprContext *context) {
    if (condition == nullptr)
        return true;
    bool null = false;
    const Datum value = ExecEvalExprSwitchContext(condition, context, &null);
    return !null && DatumGetBool(value);
}

Oid type_of(const ExprState *expression) {
    return exprType(reinterpret_cast<Node *>(expression->expr));
}

/** A sum of one value has the aggregate's type. */
Datum as_sum(Datum value, Oid input, Oid output) {
    if (input == INT2OID)
        return Int64GetDatum(DatumGetInt16(value));
    if (input == INT4OID)
        return Int64GetDatum(DatumGetInt32(value));
    return input == INT8OID && output == NUMERICOID ? NumericGetDatum(int64_to_numeric(DatumGetInt64(value))) : value;
}

void evaluate_column(const plan::Rule *rule, DirectState *state, int i, const EvaluatedRow &row) {
    const plan::DeltaColumn &column = rule->delta->columns[i];
    const bool passes = holds(state->filters[i], state->context);
    bool null = !passes;
    Datum value = Datum(0);
    if (passes && state->arguments[i] != nullptr)
        value = ExecEvalExprSwitchContext(state->arguments[i], state->context, &null);
    if (column.inputs >= 0) {
        row.values[column.inputs] = Int64GetDatum(null ? 0 : 1);
        row.nulls[column.inputs] = false;
    }
    row.nulls[i] = null && column.combine != plan::Combine::count;
    if (column.combine == plan::Combine::count)
        row.values[i] = Int64GetDatum(null ? 0 : 1);
    else if (column.combine == plan::Combine::sum && !null)
        row.values[i] = as_sum(value, type_of(state->arguments[i]), column.type);
    else
        row.values[i] = value;
}

/** Averages and expressions follow from other columns, grouping columns from the stored row. */
bool is_evaluated(plan::Combine combine) {
    return combine != plan::Combine::key && combine != plan::Combine::carried && combine != plan::Combine::average &&
           combine != plan::Combine::computed;
}

} // namespace

int contribution_width(const plan::DeltaPlan *delta) {
    int width = delta->rows + 1;
    for (int i = 0; i < delta->column_count; i++)
        width = std::max(width, delta->columns[i].inputs + 1);
    return width;
}

DirectEvaluation::DirectEvaluation(const plan::Rule *rule, const plan::SourceRule *source)
    : rule_(rule), source_(source), state_(nullptr), joined_(nullptr) {
    if (source->direct_contribution == nullptr)
        return;
    state_ = get_state(rule, source);
    if (state_->lookup != nullptr)
        joined_ = new (palloc(sizeof(JoinedRow))) JoinedRow(state_->lookup);
}

bool DirectEvaluation::possible() const {
    return state_ != nullptr && state_->possible;
}

bool DirectEvaluation::by_key() const {
    return joined_ == nullptr;
}

/** Does the image, with the rows that join with it, count? */
bool DirectEvaluation::take(const capture::ImageLayout *layout, MinimalTuple image) {
    if (joined_ != nullptr)
        return find_joined(layout, image);
    fill_slot(state_, layout, image);
    ResetExprContext(state_->context);
    state_->context->ecxt_scantuple = state_->slot;
    return holds(state_->condition, state_->context);
}

bool DirectEvaluation::find_joined(const capture::ImageLayout *layout, MinimalTuple image) {
    HeapTupleData tuple = as_heap_tuple(image);
    const plan::RowLookup *lookup = state_->lookup->lookup;
    ListCell *cell;
    foreach (cell, lookup->columns) {
        const auto *column = static_cast<plan::JoinedColumn *>(lfirst(cell));
        if (column->leaf != lookup->given)
            continue;
        bool null = false;
        const Datum value = heap_getattr(&tuple, position_of(layout, column->column) + 1, layout->desc, &null);
        joined_->give(foreach_current_index(cell), value, null);
    }
    return joined_->find(nullptr);
}

/** What tells the group. */
void DirectEvaluation::take_key(const EvaluatedRow &row) {
    for (int i = 0; joined_ != nullptr && i < rule_->delta->column_count; i++)
        if (rule_->delta->columns[i].combine == plan::Combine::key)
            row.values[i] = joined_->output(i, &row.nulls[i]);
    for (int i = 0; joined_ == nullptr && i < source_->direct_count; i++) {
        const int position = state_->key_columns[i];
        row.values[position] = state_->slot->tts_values[source_->direct[i] - 1];
        row.nulls[position] = state_->slot->tts_isnull[source_->direct[i] - 1];
    }
}

EvaluatedRow DirectEvaluation::evaluate(const capture::ImageLayout *layout, MinimalTuple image) {
    const auto width = static_cast<Size>(contribution_width(rule_->delta));
    EvaluatedRow row = {static_cast<Datum *>(palloc0(sizeof(Datum) * width)),
                        static_cast<bool *>(palloc(sizeof(bool) * width)), false};
    std::fill_n(row.nulls, width, true);
    row.counts = take(layout, image);
    if (!row.counts)
        return row;
    for (int i = 0; i < rule_->delta->column_count; i++)
        if (is_evaluated(rule_->delta->columns[i].combine))
            evaluate_column(rule_, state_, i, row);
    take_key(row);
    row.values[rule_->delta->rows] = Int64GetDatum(1);
    row.nulls[rule_->delta->rows] = false;
    return row;
}

void DirectEvaluation::end() {
    if (joined_ != nullptr)
        joined_->end();
}

} // namespace pgtv::maintenance
