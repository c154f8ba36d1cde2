// A unique index proves something only where comparisons are no coarser than its own, and not across inheritance
// children. Pure function of the catalogs.

#include "pg/postgres.hpp"
#include "plan/single_rows.hpp"

#include "plan/known.hpp"
#include "plan/occurrence.hpp"
#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

/** Conditions, and for each the leaves whose rows it may single out. */
struct Conditions {
    int changed; // the leaf whose rows are given
    List *clauses = NIL;
    List *leaves = NIL; // of Relids; each a pointer of its own, NULL for none
};

void add_conditions(Conditions *conditions, Node *quals, Relids leaves) {
    ListCell *cell;
    foreach (cell, conjuncts(quals)) {
        conditions->clauses = lappend(conditions->clauses, lfirst(cell));
        conditions->leaves = lappend(conditions->leaves, leaves);
    }
}

/** An outer join's condition holds only where neither side is NULL: it says nothing of the rows that stay alone. */
Relids singled_out(const JoinExpr *join, int changed, Relids left, Relids right) {
    const bool keeps_left = join->jointype == JOIN_LEFT || join->jointype == JOIN_FULL;
    const bool keeps_right = join->jointype == JOIN_RIGHT || join->jointype == JOIN_FULL;
    Relids result = nullptr;
    if (!keeps_left || bms_is_member(changed, right))
        result = bms_add_members(result, left);
    if (!keeps_right || bms_is_member(changed, left))
        result = bms_add_members(result, right);
    return result;
}

/** Returns the leaves of `tree`. */
Relids collect_conditions(Node *tree, Conditions *conditions) {
    if (IsA(tree, RangeTblRef))
        return bms_make_singleton(castNode(RangeTblRef, tree)->rtindex);
    if (IsA(tree, JoinExpr)) {
        const JoinExpr *join = castNode(JoinExpr, tree);
        const Relids left = collect_conditions(join->larg, conditions);
        const Relids right = collect_conditions(join->rarg, conditions);
        add_conditions(conditions, join->quals, singled_out(join, conditions->changed, left, right));
        return bms_union(left, right);
    }
    Relids leaves = nullptr;
    ListCell *cell;
    foreach (cell, castNode(FromExpr, tree)->fromlist)
        leaves = bms_join(leaves, collect_conditions(static_cast<Node *>(lfirst(cell)), conditions));
    add_conditions(conditions, castNode(FromExpr, tree)->quals, leaves);
    return leaves;
}

/** One value for the given rows. Of others only a column: where an outer join makes it NULL, nothing is equal to it. */
bool is_given(Node *value, int changed, Relids known) {
    const Relids read = pull_varnos(nullptr, value);
    return bms_is_subset(read, known) && (IsA(value, Var) || bms_is_subset(read, bms_make_singleton(changed)));
}

/** The column of `leaf` which the clause fixes, given the leaves in `known`; else 0. */
AttrNumber fixed_column(Node *clause, int leaf, int changed, Relids known) {
    if (!is_opclause(clause) || list_length(castNode(OpExpr, clause)->args) != 2)
        return 0;
    const OpExpr *comparison = castNode(OpExpr, clause);
    if (OidIsValid(comparison->inputcollid) && !get_collation_isdeterministic(comparison->inputcollid))
        return 0;
    for (int side = 0; side < 2; ++side) {
        Node *column = static_cast<Node *>(list_nth(comparison->args, side));
        Node *other = static_cast<Node *>(list_nth(comparison->args, 1 - side));
        if (!IsA(column, Var) || castNode(Var, column)->varno != leaf || castNode(Var, column)->varlevelsup != 0 ||
            castNode(Var, column)->varattno <= 0 || !is_given(other, changed, known))
            continue;
        const TypeCacheEntry *type = lookup_type_cache(exprType(column), TYPECACHE_BTREE_OPFAMILY);
        if (op_in_opfamily(comparison->opno, type->btree_opf) && op_mergejoinable(comparison->opno, exprType(column)))
            return castNode(Var, column)->varattno;
    }
    return 0;
}

bool is_fixed(const Query *query, int leaf, const Conditions &conditions, Relids known) {
    const RangeTblEntry *rte = rt_fetch(leaf, query->rtable);
    if (rte->rtekind != RTE_RELATION)
        return false;
    Bitmapset *columns = nullptr;
    ListCell *clause;
    ListCell *leaves;
    forboth(clause, conditions.clauses, leaves, conditions.leaves) {
        if (!bms_is_member(leaf, static_cast<Relids>(lfirst(leaves))))
            continue;
        const AttrNumber column = fixed_column(static_cast<Node *>(lfirst(clause)), leaf, conditions.changed, known);
        if (column > 0)
            columns = bms_add_member(columns, column);
    }
    return at_most_one_row(rte->relid, columns);
}

} // namespace

bool at_most_one_row(Oid relid, const Bitmapset *columns) {
    if (get_rel_relkind(relid) == RELKIND_RELATION && has_subclass(relid))
        return false;
    ListCell *cell;
    foreach (cell, unique_keys(relid))
        if (bms_is_subset(static_cast<Bitmapset *>(lfirst(cell)), columns))
            return true;
    return false;
}

bool joins_with_single_rows(const Query *query, int leaf) {
    Conditions conditions{leaf};
    const Relids leaves = collect_conditions(reinterpret_cast<Node *>(query->jointree), &conditions);
    Relids known = bms_make_singleton(leaf);
    for (bool grown = true; grown;) {
        grown = false;
        int next = -1;
        while ((next = bms_next_member(leaves, next)) >= 0) {
            if (bms_is_member(next, known) || !is_fixed(query, next, conditions, known))
                continue;
            known = bms_add_member(known, next);
            grown = true;
        }
    }
    return bms_is_subset(leaves, known);
}

} // namespace pgtv::plan
