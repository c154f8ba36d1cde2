// Recognizes the queries whose groups can be brought up to date from the changed rows alone. Pure function of the
// catalogs; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/delta.hpp"

#include "pg/nodes.hpp"
#include "plan/delta_columns.hpp"
#include "plan/derivation_text.hpp"
#include "plan/direct_contribution.hpp"
#include "plan/known.hpp"
#include "plan/members.hpp"
#include "plan/output_columns.hpp"

namespace pgtv::plan {
namespace {

/** The clause that groups by the entry; nullptr: none does. */
const SortGroupClause *grouping_of(const TargetEntry *entry, const Query *query) {
    ListCell *cell;
    foreach (cell, query->groupClause)
        if (entry->ressortgroupref != 0 &&
            lfirst_node(SortGroupClause, cell)->tleSortGroupRef == entry->ressortgroupref)
            return lfirst_node(SortGroupClause, cell);
    return nullptr;
}

const char *check_shape(const Query *query) {
    if (!query->hasAggs || query->setOperations != nullptr || query->groupingSets != NIL || query->hasWindowFuncs ||
        query->distinctClause != NIL || query->limitCount != nullptr || query->limitOffset != nullptr ||
        query->hasTargetSRFs || query->hasRecursive || query->cteList != NIL)
        return "the query is no plain grouping";
    if (query->havingQual != nullptr && query->groupClause == NIL)
        return "HAVING decides whether there is a row at all";
    ListCell *cell;
    foreach (cell, query->groupClause) {
        const TargetEntry *entry = get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query->targetList);
        const Node *expression = reinterpret_cast<Node *>(entry->expr);
        if (entry->resjunk)
            return "a grouping column is not in the output";
        if (!equality_is_identity(exprType(expression), exprCollation(expression)))
            return "which of several equal values stands for a group can change";
    }
    return nullptr;
}

/** What the output column at `entry` is by itself; columns that compute with aggregates are left for later. */
const char *describe_output(const Query *query, const TargetEntry *entry, DeltaColumns *columns) {
    auto *expression = reinterpret_cast<Node *>(entry->expr);
    DeltaColumn column = plain_column(Combine::carried, expression);
    const SortGroupClause *grouping = grouping_of(entry, query);
    const Aggref *zeroed = grouping == nullptr ? sum_or_zero(expression) : nullptr;
    if (grouping != nullptr) {
        column.combine = Combine::key;
        column.equality = grouping->eqop;
    } else if (zeroed != nullptr || IsA(expression, Aggref)) {
        if (!describe_aggregate(zeroed != nullptr ? zeroed : castNode(Aggref, expression), &column))
            return psprintf("the aggregate in column \"%s\" does not add up", entry->resname);
        column.none_is_zero = zeroed != nullptr;
    } else if (contain_aggs_of_level(expression, 0)) {
        column.combine = Combine::computed;
    }
    columns->add(column);
    return nullptr;
}

const char *describe_outputs(const Query *query, DeltaColumns *columns, int visible_count) {
    for (int i = 0; i < visible_count; ++i)
        if (const char *obstacle = describe_output(query, list_nth_node(TargetEntry, query->targetList, i), columns))
            return obstacle;
    for (int i = 0; i < visible_count; ++i) {
        const TargetEntry *entry = list_nth_node(TargetEntry, query->targetList, i);
        DeltaColumn *column = columns->at(i);
        if (column->combine != Combine::computed)
            continue;
        column->value = over_columns(columns, reinterpret_cast<Node *>(entry->expr));
        if (column->value == nullptr)
            return psprintf("column \"%s\" computes with more than grouping columns and aggregates that add up",
                            entry->resname);
    }
    return nullptr;
}

bool counts_inputs(Combine combine) {
    return combine == Combine::sum || combine == Combine::all_true || combine == Combine::any_true ||
           combine == Combine::all_bits || combine == Combine::any_bits;
}

/** Lays the columns out and ties those together that are computed from each other. */
void tie_together(const DeltaColumns &columns, DeltaPlan *delta) {
    int extra = columns.count();
    delta->column_count = columns.count();
    delta->columns = static_cast<DeltaColumn *>(palloc0(sizeof(DeltaColumn) * static_cast<Size>(columns.count())));
    delta->rows = extra++;
    delta->known_rows = columns.find_row_count();
    for (int i = 0; i < columns.count(); ++i) {
        DeltaColumn *column = columns.at(i);
        if (column->call != nullptr && column->combine != Combine::count)
            column->known_inputs = columns.find_count(column->call);
        if (column->combine == Combine::average)
            column->sum = columns.find_sum(column->call);
        if (counts_inputs(column->combine))
            column->inputs = extra++;
        if (column->call != nullptr)
            column->may_raise = may_raise(list_make2(column->call->args, column->call->aggfilter));
        delta->columns[i] = *column;
    }
}

} // namespace

const char *find_delta(Query *query, DeltaPlan **result) {
    *result = nullptr;
    if (const char *obstacle = check_shape(query))
        return obstacle;
    DeltaColumns columns{query};
    auto *delta = static_cast<DeltaPlan *>(palloc0(sizeof(DeltaPlan)));
    delta->visible_count = visible_columns(query);
    delta->group_count = list_length(query->groupClause);
    if (const char *obstacle = describe_outputs(query, &columns, delta->visible_count))
        return obstacle;
    if (query->havingQual != nullptr) {
        delta->having = over_columns(&columns, query->havingQual);
        if (delta->having == nullptr)
            return "HAVING tests more than grouping columns and aggregates that add up";
    }
    if (const char *obstacle = read_off_output(&columns, delta->visible_count))
        return obstacle;
    tie_together(columns, delta);
    delta->members = members_text(query, delta);
    *result = delta;
    return nullptr;
}

Oid sharing_source(const Rule *rule) {
    ListCell *cell;
    foreach (cell, rule->sources) {
        const auto *source = static_cast<SourceRule *>(lfirst(cell));
        const DirectContribution *direct = source->direct_contribution;
        if (direct != nullptr && direct->lookup == nullptr && source->direct_count > 0)
            return source->source;
    }
    return InvalidOid;
}

DeltaPlan *copy_delta(const DeltaPlan *delta) {
    if (delta == nullptr)
        return nullptr;
    auto *copy = static_cast<DeltaPlan *>(palloc(sizeof(DeltaPlan)));
    *copy = *delta;
    const Size size = sizeof(DeltaColumn) * static_cast<Size>(delta->column_count);
    copy->columns = static_cast<DeltaColumn *>(memcpy(palloc(size), delta->columns, size));
    for (int i = 0; i < delta->column_count; ++i) {
        copy->columns[i].value = pg::copy_node(delta->columns[i].value);
        copy->columns[i].read_off = pg::copy_node(delta->columns[i].read_off);
        copy->columns[i].call = nullptr;
    }
    copy->having = pg::copy_node(delta->having);
    copy->members = delta->members == nullptr ? nullptr : pstrdup(delta->members);
    return copy;
}

} // namespace pgtv::plan
