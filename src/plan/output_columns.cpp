// Applies the opaque nodes of a query level to what is known of its target list.

#include "pg/postgres.hpp"
#include "plan/level.hpp"
#include "plan/output_columns.hpp"

namespace pgtv::plan {
namespace {

Node *clause_expression(const SortGroupClause *clause, const Query *query) {
    return get_sortgroupclause_expr(const_cast<SortGroupClause *>(clause), query->targetList);
}

bool list_has_expression(List *clauses, const Query *query, Node *expression) {
    ListCell *cell;
    foreach (cell, clauses)
        if (equal(clause_expression(lfirst_node(SortGroupClause, cell), query), expression))
            return true;
    return false;
}

/** Sort-group references that are in every grouping set; all of the GROUP BY without grouping sets. */
List *keys_of_all_groups(const Query *query) {
    if (query->groupingSets == NIL)
        return query->groupClause;
    List *sets = expand_grouping_sets(query->groupingSets, query->groupDistinct, -1);
    List *result = NIL;
    ListCell *cell;
    foreach (cell, query->groupClause) {
        bool in_all = true;
        ListCell *set_cell;
        foreach (set_cell, sets)
            if (!list_member_int(static_cast<List *>(lfirst(set_cell)),
                                 static_cast<int>(lfirst_node(SortGroupClause, cell)->tleSortGroupRef)))
                in_all = false;
        if (in_all)
            result = lappend(result, lfirst(cell));
    }
    return result;
}

bool is_grouped(const Query *query) {
    return query->groupClause != NIL || query->groupingSets != NIL || query->hasAggs || query->havingQual != nullptr;
}

bool in_all_partitions(const Query *query, Node *expression) {
    ListCell *cell;
    foreach (cell, query->windowClause)
        if (!list_has_expression(lfirst_node(WindowClause, cell)->partitionClause, query, expression))
            return false;
    return true;
}

Known known_of_entry(const Query *query, const TargetEntry *entry, const Scope *scope, Relids nulled, bool changed) {
    Node *expression = reinterpret_cast<Node *>(entry->expr);
    if (expression_returns_set(expression))
        return Known::no;
    Known known = known_of(with_nulls(expression, nulled, 0), scope);
    if (is_grouped(query)) {
        if (!list_has_expression(keys_of_all_groups(query), query, expression))
            return Known::no;
        known = known_when_merged(known, exprType(expression), exprCollation(expression));
    }
    if (changed && query->hasWindowFuncs) {
        if (!in_all_partitions(query, expression))
            return Known::no;
        known = known_when_merged(known, exprType(expression), exprCollation(expression));
    }
    if (query->distinctClause != NIL) {
        if (changed && query->hasDistinctOn && !list_has_expression(query->distinctClause, query, expression))
            return Known::no;
        known = known_when_merged(known, exprType(expression), exprCollation(expression));
    }
    if (changed && (query->limitCount != nullptr || query->limitOffset != nullptr))
        return Known::no;
    return known;
}

} // namespace

int visible_columns(const Query *query) {
    int count = 0;
    ListCell *cell;
    foreach (cell, query->targetList)
        if (!lfirst_node(TargetEntry, cell)->resjunk)
            ++count;
    return count;
}

Known *output_columns(const Query *query, const Scope *scope, Relids nulled, bool changed) {
    const int count = visible_columns(query);
    Known *result = static_cast<Known *>(palloc0(sizeof(Known) * static_cast<Size>(Max(count, 1))));
    ListCell *cell;
    foreach (cell, query->targetList) {
        const TargetEntry *entry = lfirst_node(TargetEntry, cell);
        if (!entry->resjunk && entry->resno <= count)
            result[entry->resno - 1] = known_of_entry(query, entry, scope, nulled, changed);
    }
    return result;
}

bool is_plain_aggregate(const Query *query) {
    return is_grouped(query) && keys_of_all_groups(query) == NIL;
}

bool keeps_all_rows(const Query *query) {
    return query->havingQual == nullptr && query->limitCount == nullptr && query->limitOffset == nullptr &&
           !query->hasDistinctOn && query->groupingSets == NIL && !query->hasTargetSRFs && !is_plain_aggregate(query);
}

} // namespace pgtv::plan
