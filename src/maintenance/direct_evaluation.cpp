// Keeps the prepared expressions of each source's direct contribution with its rule and runs them on a slot shaped like
// the source. Lifetime: the rule.

#include "pg/postgres.hpp"
#include "maintenance/direct_evaluation.hpp"

#include "maintenance/recompute_plans.hpp"
#include "plan/direct_contribution.hpp"

namespace pgtv::maintenance {

/** Prepared expressions of one source. Memory: that of the rule. */
struct DirectState {
    Oid source;
    ExprState *condition;
    ExprState **arguments; // [column_count]
    ExprState **filters;
    int *key_columns; // [direct_count] positions among the visible columns
    ExprContext *context;
    TupleTableSlot *slot; // shaped like the source
};

namespace {

ExprState *prepare(Expr *expression) {
    return expression == nullptr ? nullptr : ExecInitExpr(expression_planner(expression), nullptr);
}

DirectState *make_state(const plan::Rule *rule, const plan::SourceRule *source) {
    const plan::DirectContribution *direct = source->direct_contribution;
    const auto count = static_cast<Size>(rule->delta->column_count);
    auto *state = static_cast<DirectState *>(palloc0(sizeof(DirectState)));
    state->source = source->source;
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
    const MemoryContext before = MemoryContextSwitchTo(queries->memory);
    DirectState *state = make_state(rule, source);
    queries->direct_states = lappend(queries->direct_states, state);
    MemoryContextSwitchTo(before);
    return state;
}

void fill_slot(const DirectState *state, const capture::ImageLayout *layout, MinimalTuple image) {
    TupleTableSlot *slot = ExecClearTuple(state->slot);
    std::fill_n(slot->tts_isnull, slot->tts_tupleDescriptor->natts, true);
    HeapTupleData tuple = {};
    tuple.t_len = image->t_len + MINIMAL_TUPLE_OFFSET;
    tuple.t_data = reinterpret_cast<HeapTupleHeader>(reinterpret_cast<char *>(image) - MINIMAL_TUPLE_OFFSET);
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

/** A sum of one value has the aggregate's type. */
Datum as_sum(Datum value, Oid input, Oid output) {
    if (input == INT2OID)
        return Int64GetDatum(DatumGetInt16(value));
    if (input == INT4OID)
        return Int64GetDatum(DatumGetInt32(value));
    return input == INT8OID && output == NUMERICOID ? NumericGetDatum(int64_to_numeric(DatumGetInt64(value))) : value;
}

void evaluate_column(const plan::Rule *rule, const plan::SourceRule *source, DirectState *state, int i,
                     const EvaluatedRow &row) {
    const plan::DeltaColumn &column = rule->delta->columns[i];
    Expr *argument = source->direct_contribution->arguments[i];
    const bool passes = holds(state->filters[i], state->context);
    bool null = !passes;
    Datum value = Datum(0);
    if (passes && argument != nullptr)
        value = ExecEvalExprSwitchContext(state->arguments[i], state->context, &null);
    if (column.inputs >= 0) {
        row.values[column.inputs] = Int64GetDatum(null ? 0 : 1);
        row.nulls[column.inputs] = false;
    }
    row.nulls[i] = null && column.combine != plan::Combine::count;
    if (column.combine == plan::Combine::count)
        row.values[i] = Int64GetDatum(null ? 0 : 1);
    else if (column.combine == plan::Combine::sum && !null)
        row.values[i] = as_sum(value, exprType(reinterpret_cast<Node *>(argument)), column.type);
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

EvaluatedRow evaluate_directly(const plan::Rule *rule, const plan::SourceRule *source,
                               const capture::ImageLayout *layout, MinimalTuple image) {
    DirectState *state = get_state(rule, source);
    const auto width = static_cast<Size>(contribution_width(rule->delta));
    EvaluatedRow row = {static_cast<Datum *>(palloc0(sizeof(Datum) * width)),
                        static_cast<bool *>(palloc(sizeof(bool) * width)), false};
    std::fill_n(row.nulls, width, true);
    fill_slot(state, layout, image);
    ResetExprContext(state->context);
    state->context->ecxt_scantuple = state->slot;
    row.counts = holds(state->condition, state->context);
    if (!row.counts)
        return row;
    for (int i = 0; i < rule->delta->column_count; i++)
        if (is_evaluated(rule->delta->columns[i].combine))
            evaluate_column(rule, source, state, i, row);
    for (int i = 0; i < source->direct_count; i++) {
        const int position = state->key_columns[i];
        row.values[position] = state->slot->tts_values[source->direct[i] - 1];
        row.nulls[position] = state->slot->tts_isnull[source->direct[i] - 1];
    }
    row.values[rule->delta->rows] = Int64GetDatum(1);
    row.nulls[rule->delta->rows] = false;
    return row;
}

} // namespace pgtv::maintenance
