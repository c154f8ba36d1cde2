// Prepared expressions over the columns of a group, kept with the queries of the rule. Lifetime: the rule.

#include "pg/postgres.hpp"
#include "maintenance/column_expressions.hpp"

#include "maintenance/recompute_plans.hpp"
#include "plan/delta.hpp"

namespace pgtv::maintenance {

/** Prepared expressions of one rule. Memory: that of the rule. */
struct ColumnExpressions {
    ExprState **values; // [column_count] nullptr: not computed
    ExprState **read_off;
    ExprState *having;
    ExprContext *context;
    TupleTableSlot *slot; // a column for each of the DeltaPlan
};

namespace {

ExprState *prepare(Expr *expression) {
    return expression == nullptr ? nullptr : ExecInitExpr(expression_planner(expression), nullptr);
}

TupleDesc describe(const plan::DeltaPlan *delta) {
    TupleDesc desc = CreateTemplateTupleDesc(delta->column_count);
    for (int i = 0; i < delta->column_count; i++) {
        const auto number = static_cast<AttrNumber>(i + 1);
        TupleDescInitEntry(desc, number, nullptr, delta->columns[i].type, -1, 0);
        TupleDescInitEntryCollation(desc, number, delta->columns[i].collation);
    }
    return desc;
}

ColumnExpressions *make_expressions(const plan::DeltaPlan *delta) {
    const auto size = sizeof(ExprState *) * static_cast<Size>(delta->column_count);
    auto *made = static_cast<ColumnExpressions *>(palloc0(sizeof(ColumnExpressions)));
    made->values = static_cast<ExprState **>(palloc0(size));
    made->read_off = static_cast<ExprState **>(palloc0(size));
    for (int i = 0; i < delta->column_count; i++) {
        made->values[i] = prepare(delta->columns[i].value);
        made->read_off[i] = prepare(delta->columns[i].read_off);
    }
    made->having = prepare(delta->having);
    made->slot = MakeTupleTableSlot(describe(delta), &TTSOpsVirtual);
    made->context = CreateStandaloneExprContext();
    made->context->ecxt_scantuple = made->slot;
    return made;
}

/** Made on first use; the rule's memory takes it along. */
ColumnExpressions *expressions_of(const plan::Rule *rule) {
    RuleQueries *queries = queries_of(rule);
    if (queries->column_expressions == nullptr)
        queries->column_expressions = make_for_rule(queries, [=] { return make_expressions(rule->delta); });
    return queries->column_expressions;
}

void show_row(const ColumnExpressions *expressions, const Datum *values, const bool *nulls) {
    TupleTableSlot *slot = ExecClearTuple(expressions->slot);
    std::copy_n(values, slot->tts_tupleDescriptor->natts, slot->tts_values);
    std::copy_n(nulls, slot->tts_tupleDescriptor->natts, slot->tts_isnull);
    ExecStoreVirtualTuple(slot);
}

void fill(const plan::Rule *rule, ExprState **states, Datum *values, bool *nulls) {
    const ColumnExpressions *expressions = expressions_of(rule);
    show_row(expressions, values, nulls);
    for (int i = 0; i < rule->delta->column_count; i++)
        if (states[i] != nullptr)
            values[i] = ExecEvalExprSwitchContext(states[i], expressions->context, &nulls[i]);
}

bool any(const plan::DeltaPlan *delta, Expr *plan::DeltaColumn::*member) {
    for (int i = 0; i < delta->column_count; i++)
        if (delta->columns[i].*member != nullptr)
            return true;
    return false;
}

} // namespace

void begin_row(const plan::Rule *rule) {
    if (queries_of(rule)->column_expressions != nullptr)
        ResetExprContext(queries_of(rule)->column_expressions->context);
}

void read_off_columns(const plan::Rule *rule, Datum *values, bool *nulls) {
    if (any(rule->delta, &plan::DeltaColumn::read_off))
        fill(rule, expressions_of(rule)->read_off, values, nulls);
}

void compute_columns(const plan::Rule *rule, Datum *values, bool *nulls) {
    if (any(rule->delta, &plan::DeltaColumn::value))
        fill(rule, expressions_of(rule)->values, values, nulls);
}

bool is_shown(const plan::Rule *rule, const Datum *values, const bool *nulls) {
    if (rule->delta->having == nullptr)
        return true;
    const ColumnExpressions *expressions = expressions_of(rule);
    show_row(expressions, values, nulls);
    bool null = false;
    const Datum shown = ExecEvalExprSwitchContext(expressions->having, expressions->context, &null);
    return !null && DatumGetBool(shown);
}

} // namespace pgtv::maintenance
