// With `a LEFT JOIN b`, a row of a without a partner is there once, with NULLs for b. Aggregates that ignore these NULLs
// see only the rows with a partner, and those add up as in an inner join; the groups are those of a, whatever happens
// in b. Pure.

#include "pg/postgres.hpp"
#include "plan/nullable_side.hpp"

namespace pgtv::plan {
namespace {

/** What lies between the top of the join tree and a leaf. */
struct Descent {
    int leaf;
    JoinExpr *outer = nullptr; // the join that makes the leaf NULL
    int outer_count = 0;
    bool full = false;
    List *quals_above = NIL; // conditions evaluated above `outer`
    Relids side = nullptr;   // leaves that become NULL together
};

Relids leaves_under(Node *tree) {
    if (IsA(tree, RangeTblRef))
        return bms_make_singleton(castNode(RangeTblRef, tree)->rtindex);
    return bms_join(leaves_under(castNode(JoinExpr, tree)->larg), leaves_under(castNode(JoinExpr, tree)->rarg));
}

void descend(Node *tree, Descent *descent) {
    if (!IsA(tree, JoinExpr))
        return;
    auto *join = castNode(JoinExpr, tree);
    const bool left = bms_is_member(descent->leaf, leaves_under(join->larg));
    descent->full = descent->full || join->jointype == JOIN_FULL;
    if ((join->jointype == JOIN_LEFT && !left) || (join->jointype == JOIN_RIGHT && left)) {
        descent->outer = join;
        descent->outer_count++;
        descent->side = leaves_under(left ? join->larg : join->rarg);
    } else if (descent->outer == nullptr) {
        descent->quals_above = lappend(descent->quals_above, join->quals);
    }
    descend(left ? join->larg : join->rarg, descent);
}

Descent descend_to(const Query *query, int leaf) {
    Descent descent{leaf};
    descent.quals_above = list_make1(query->jointree->quals);
    ListCell *cell;
    foreach (cell, query->jointree->fromlist)
        if (bms_is_member(leaf, leaves_under(static_cast<Node *>(lfirst(cell)))))
            descend(static_cast<Node *>(lfirst(cell)), &descent);
    return descent;
}

/** Is the value NULL if all columns of `side` are? */
bool null_without(Node *value, Relids side) {
    const bool by_arguments = IsA(value, Var) || IsA(value, OpExpr) || IsA(value, FuncExpr) || IsA(value, RelabelType);
    return by_arguments && bms_overlap(find_nonnullable_rels(value), side);
}

bool ignores_missing(const Aggref *call, Relids side) {
    if (call->aggfilter != nullptr &&
        bms_overlap(find_nonnullable_rels(reinterpret_cast<Node *>(call->aggfilter)), side))
        return true;
    return call->args != NIL &&
           null_without(reinterpret_cast<Node *>(linitial_node(TargetEntry, call->args)->expr), side);
}

} // namespace

SideOfOuterJoin side_of(const Query *query, const DeltaPlan *delta, int leaf) {
    const Descent descent = descend_to(query, leaf);
    if (descent.full || descent.outer_count > 1)
        return SideOfOuterJoin::other;
    if (descent.outer == nullptr)
        return SideOfOuterJoin::none;
    if (bms_overlap(pull_varnos(nullptr, reinterpret_cast<Node *>(descent.quals_above)), descent.side))
        return SideOfOuterJoin::other;
    for (int i = 0; i < delta->column_count; ++i) {
        const DeltaColumn &column = delta->columns[i];
        if (column.combine == Combine::computed)
            continue; // from columns that are looked at here
        Node *expression = column.call != nullptr
                               ? nullptr
                               : reinterpret_cast<Node *>(list_nth_node(TargetEntry, query->targetList, i)->expr);
        const bool fits = expression == nullptr ? ignores_missing(column.call, descent.side)
                                                : !bms_overlap(pull_varnos(nullptr, expression), descent.side);
        if (!fits)
            return SideOfOuterJoin::other;
    }
    return SideOfOuterJoin::adds;
}

void join_inner(Query *query, int leaf) {
    const Descent descent = descend_to(query, leaf);
    if (descent.outer != nullptr)
        descent.outer->jointype = JOIN_INNER;
}

} // namespace pgtv::plan
