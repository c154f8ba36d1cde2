// Carries what conditions say about NULLs down the join tree, into subqueries, and out of lateral ones. Pure.

#include "pg/postgres.hpp"
#include "plan/join_graph.hpp"
#include "plan/occurrence.hpp"
#include "plan/reduced_joins.hpp"

namespace pgtv::plan {
namespace {

/** What is not NULL in the rows that matter. */
struct NotNull {
    Relids leaves = nullptr;
    List *columns = NIL; // of Var *, of this level
};

NotNull both(const NotNull &a, const NotNull &b) {
    return NotNull{bms_union(a.leaves, b.leaves), list_concat_copy(a.columns, b.columns)};
}

class Reducer {
public:
    explicit Reducer(List *rtable) : rtable_(rtable) {}
    void descend(Node *node, const NotNull &above);

private:
    NotNull said_at(Node *node);
    NotNull said_inside(Node *node);
    void descend_join(JoinExpr *join, const NotNull &above);
    void descend_leaf(int rtindex, const NotNull &above);

    List *rtable_;
};

void reduce_level(Query *query, Bitmapset *outputs);

/** The columns, `levels_up` levels above `quals`, that are not NULL where `quals` are true. */
List *columns_not_null(Node *quals, Index levels_up) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, conjuncts(quals)) {
        Node *clause = static_cast<Node *>(lfirst(cell));
        List *operands = NIL;
        if (is_opclause(clause) && op_strict(castNode(OpExpr, clause)->opno))
            operands = castNode(OpExpr, clause)->args;
        else if (IsA(clause, NullTest) && castNode(NullTest, clause)->nulltesttype == IS_NOT_NULL &&
                 !castNode(NullTest, clause)->argisrow)
            operands = list_make1(castNode(NullTest, clause)->arg);
        ListCell *operand;
        foreach (operand, operands) {
            Node *bare = same_value(static_cast<Node *>(lfirst(operand)));
            if (IsA(bare, Var) && castNode(Var, bare)->varlevelsup == levels_up)
                result = lappend(result, bare);
        }
    }
    return result;
}

/** Columns of the level around that are not NULL where there is a row of `node`. */
List *outer_columns(Node *node) {
    if (IsA(node, FromExpr)) {
        List *result = columns_not_null(castNode(FromExpr, node)->quals, 1);
        ListCell *cell;
        foreach (cell, castNode(FromExpr, node)->fromlist)
            result = list_concat(result, outer_columns(static_cast<Node *>(lfirst(cell))));
        return result;
    }
    if (!IsA(node, JoinExpr) || castNode(JoinExpr, node)->jointype != JOIN_INNER)
        return NIL;
    const JoinExpr *join = castNode(JoinExpr, node);
    return list_concat(columns_not_null(join->quals, 1),
                       list_concat(outer_columns(join->larg), outer_columns(join->rarg)));
}

/** What the lateral subqueries below say that have a row wherever `node` has one. */
NotNull Reducer::said_inside(Node *node) {
    if (IsA(node, JoinExpr)) {
        const JoinExpr *join = castNode(JoinExpr, node);
        if (join->jointype == JOIN_INNER)
            return both(said_inside(join->larg), said_inside(join->rarg));
        return join->jointype == JOIN_LEFT ? said_inside(join->larg) : NotNull{};
    }
    NotNull result;
    const RangeTblEntry *entry = rt_fetch(castNode(RangeTblRef, node)->rtindex, rtable_);
    if (entry->rtekind != RTE_SUBQUERY || entry->subquery->setOperations != nullptr)
        return result;
    result.columns = outer_columns(reinterpret_cast<Node *>(entry->subquery->jointree));
    ListCell *cell;
    foreach (cell, result.columns)
        result.leaves = bms_add_member(result.leaves, lfirst_node(Var, cell)->varno);
    return result;
}

/** What WHERE, or the condition of a join, and the lateral subqueries that it joins say. */
NotNull Reducer::said_at(Node *node) {
    NotNull result;
    if (IsA(node, FromExpr)) {
        Node *quals = castNode(FromExpr, node)->quals;
        result = NotNull{find_nonnullable_rels(quals), columns_not_null(quals, 0)};
        ListCell *cell;
        foreach (cell, castNode(FromExpr, node)->fromlist)
            result = both(result, said_inside(static_cast<Node *>(lfirst(cell))));
        return result;
    }
    const JoinExpr *join = castNode(JoinExpr, node);
    result = NotNull{find_nonnullable_rels(join->quals), columns_not_null(join->quals, 0)};
    return join->jointype == JOIN_INNER ? both(result, said_inside(node)) : result;
}

Relids leaves_below(Node *node) {
    if (IsA(node, RangeTblRef))
        return bms_make_singleton(castNode(RangeTblRef, node)->rtindex);
    return bms_join(leaves_below(castNode(JoinExpr, node)->larg), leaves_below(castNode(JoinExpr, node)->rarg));
}

JoinType reduced_type(const JoinExpr *join, const NotNull &above) {
    const bool needs_left = bms_overlap(above.leaves, leaves_below(join->larg));
    const bool needs_right = bms_overlap(above.leaves, leaves_below(join->rarg));
    const bool keeps_left = (join->jointype == JOIN_LEFT || join->jointype == JOIN_FULL) && !needs_right;
    const bool keeps_right = (join->jointype == JOIN_RIGHT || join->jointype == JOIN_FULL) && !needs_left;
    return keeps_left ? (keeps_right ? JOIN_FULL : JOIN_LEFT) : keeps_right ? JOIN_RIGHT : JOIN_INNER;
}

void Reducer::descend_join(JoinExpr *join, const NotNull &above) {
    join->jointype = reduced_type(join, above);
    const NotNull here = said_at(reinterpret_cast<Node *>(join));
    const NotNull all = both(above, here);
    const bool keeps_left = join->jointype == JOIN_LEFT || join->jointype == JOIN_FULL;
    const bool keeps_right = join->jointype == JOIN_RIGHT || join->jointype == JOIN_FULL;
    // A side that others are kept without matters only where it matches; a kept side whether or not it does.
    descend(join->larg, keeps_left ? (keeps_right ? NotNull{} : above) : (keeps_right ? here : all));
    descend(join->rarg, keeps_right ? (keeps_left ? NotNull{} : above) : (keeps_left ? here : all));
}

/** Output columns of a subquery that are not NULL tell of what is inside. */
void Reducer::descend_leaf(int rtindex, const NotNull &above) {
    const RangeTblEntry *entry = rt_fetch(rtindex, rtable_);
    if (entry->rtekind != RTE_SUBQUERY)
        return;
    Bitmapset *outputs = nullptr;
    ListCell *cell;
    foreach (cell, above.columns)
        if (lfirst_node(Var, cell)->varno == rtindex && lfirst_node(Var, cell)->varattno > 0)
            outputs = bms_add_member(outputs, lfirst_node(Var, cell)->varattno);
    reduce_level(entry->subquery, outputs);
}

void Reducer::descend(Node *node, const NotNull &above) {
    check_stack_depth();
    if (IsA(node, RangeTblRef)) {
        descend_leaf(castNode(RangeTblRef, node)->rtindex, above);
        return;
    }
    if (IsA(node, JoinExpr)) {
        descend_join(castNode(JoinExpr, node), above);
        return;
    }
    const NotNull all = both(above, said_at(node));
    ListCell *cell;
    foreach (cell, castNode(FromExpr, node)->fromlist)
        descend(static_cast<Node *>(lfirst(cell)), all);
}

NotNull said_by_outputs(const Query *query, Bitmapset *outputs) {
    NotNull result;
    int resno = -1;
    while ((resno = bms_next_member(outputs, resno)) >= 0) {
        const TargetEntry *entry = get_tle_by_resno(query->targetList, static_cast<AttrNumber>(resno));
        Node *bare = entry == nullptr ? nullptr : same_value(reinterpret_cast<Node *>(entry->expr));
        if (bare == nullptr || !IsA(bare, Var) || castNode(Var, bare)->varlevelsup != 0)
            continue;
        result.columns = lappend(result.columns, bare);
        result.leaves = bms_add_member(result.leaves, castNode(Var, bare)->varno);
    }
    return result;
}

void reduce_level(Query *query, Bitmapset *outputs) {
    if (query->setOperations == nullptr) {
        Reducer(query->rtable).descend(reinterpret_cast<Node *>(query->jointree), said_by_outputs(query, outputs));
        return;
    }
    ListCell *cell;
    foreach (cell, query->rtable)
        if (lfirst_node(RangeTblEntry, cell)->rtekind == RTE_SUBQUERY)
            reduce_level(lfirst_node(RangeTblEntry, cell)->subquery, outputs);
}

} // namespace

Query *with_reduced_joins(const Query *query) {
    Query *copy = static_cast<Query *>(copyObjectImpl(query));
    reduce_level(copy, nullptr);
    return copy;
}

} // namespace pgtv::plan
