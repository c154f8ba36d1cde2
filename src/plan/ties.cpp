// Looks for orders that do not tell all rows apart, as far as keys of tables show it: says nothing where it cannot know.

#include "pg/postgres.hpp"
#include "plan/provenance.hpp"
#include "plan/ties.hpp"

namespace pgtv::plan {
namespace {

bool has_expression(List *clauses, const Query *query, Node *expression) {
    ListCell *cell;
    foreach (cell, clauses)
        if (equal(get_sortgroupclause_expr(lfirst_node(SortGroupClause, cell), query->targetList), expression))
            return true;
    return false;
}

bool covers_clause(List *order, List *clauses, const Query *query) {
    ListCell *cell;
    foreach (cell, clauses)
        if (!has_expression(order, query,
                            get_sortgroupclause_expr(lfirst_node(SortGroupClause, cell), query->targetList)))
            return false;
    return true;
}

/** Columns of `leaf` among the expressions of `order`. */
Bitmapset *ordered_columns(List *order, const Query *query, int leaf) {
    Bitmapset *result = nullptr;
    ListCell *cell;
    foreach (cell, order) {
        Node *expression = get_sortgroupclause_expr(lfirst_node(SortGroupClause, cell), query->targetList);
        if (IsA(expression, Var) && castNode(Var, expression)->varno == leaf &&
            castNode(Var, expression)->varlevelsup == 0 && castNode(Var, expression)->varattno > 0)
            result = bms_add_member(result, castNode(Var, expression)->varattno);
    }
    return result;
}

/** Leaves of which the order fixes the row, with all that joins with them at most once. */
Relids leaves_fixed(List *order, const Query *query) {
    Relids fixed = nullptr;
    int leaf = -1;
    while ((leaf = bms_next_member(leaves_in_from(query), leaf)) >= 0) {
        Bitmapset *columns = ordered_columns(order, query, leaf);
        ListCell *cell;
        foreach (cell, unique_keys(rt_fetch(leaf, query->rtable)->relid))
            if (bms_is_subset(static_cast<Bitmapset *>(lfirst(cell)), columns))
                fixed = bms_join(fixed, leaves_determined(query, leaf));
    }
    return fixed;
}

bool reads_only_tables(const Query *query) {
    int leaf = -1;
    while ((leaf = bms_next_member(leaves_in_from(query), leaf)) >= 0)
        if (rt_fetch(leaf, query->rtable)->rtekind != RTE_RELATION)
            return false;
    return query->setOperations == nullptr && query->groupingSets == NIL && !query->hasTargetSRFs;
}

bool leaves_ties(List *order, const Query *query) {
    if (query->distinctClause != NIL && !query->hasDistinctOn)
        return !covers_clause(order, query->distinctClause, query);
    if (query->groupClause != NIL)
        return !covers_clause(order, query->groupClause, query);
    if (query->hasAggs)
        return false;
    return !bms_is_subset(leaves_in_from(query), leaves_fixed(order, query));
}

bool tells_rows_apart(Oid function) {
    for (const char *name : {"row_number", "ntile", "lag", "lead", "first_value", "last_value", "nth_value"})
        if (strcmp(get_func_name(function), name) == 0)
            return true;
    return false;
}

struct Finder {
    List *notices;
    const Query *query;
};

void note(Finder *finder, const char *construct) {
    finder->notices = list_append_unique(
        finder->notices, makeString(psprintf("%s depends on the order of rows that its ORDER BY leaves tied; "
                                             "order by a unique key as well to make the output definite",
                                             construct)));
}

bool find_ties(Node *node, void *argument) {
    Finder *finder = static_cast<Finder *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Query)) {
        const Query *outer = finder->query;
        Query *query = castNode(Query, node);
        finder->query = query;
        if (reads_only_tables(query)) {
            if ((query->limitCount != nullptr || query->limitOffset != nullptr) &&
                query->limitOption != LIMIT_OPTION_WITH_TIES && leaves_ties(query->sortClause, query))
                note(finder, "LIMIT");
            if (query->hasDistinctOn && leaves_ties(query->sortClause, query))
                note(finder, "DISTINCT ON");
        }
        compat::walk_query(query, find_ties, finder, 0);
        finder->query = outer;
        return false;
    }
    if (IsA(node, WindowFunc) && finder->query != nullptr && reads_only_tables(finder->query)) {
        const WindowFunc *call = castNode(WindowFunc, node);
        const WindowClause *window =
            list_nth_node(WindowClause, finder->query->windowClause, static_cast<int>(call->winref) - 1);
        List *order = list_concat_copy(window->partitionClause, window->orderClause);
        if (tells_rows_apart(call->winfnoid) && leaves_ties(order, finder->query))
            note(finder, psprintf("%s()", get_func_name(call->winfnoid)));
    }
    return compat::walk_children(node, find_ties, finder);
}

} // namespace

List *ties_in_order(Query *query) {
    Finder finder{NIL, nullptr};
    find_ties(reinterpret_cast<Node *>(query), &finder);
    List *result = NIL;
    ListCell *cell;
    foreach (cell, finder.notices)
        result = lappend(result, strVal(lfirst(cell)));
    return result;
}

} // namespace pgtv::plan
