// A unique index proves something only where comparisons are no coarser than its own, and not across inheritance
// children. Pure function of the catalogs.

#include "pg/postgres.hpp"
#include "plan/single_rows.hpp"

#include "plan/known.hpp"
#include "plan/occurrence.hpp"
#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

List *all_conditions(Node *tree) {
    if (tree == nullptr || IsA(tree, RangeTblRef))
        return NIL;
    if (IsA(tree, JoinExpr)) {
        const JoinExpr *join = castNode(JoinExpr, tree);
        return list_concat(list_concat(all_conditions(join->larg), all_conditions(join->rarg)), conjuncts(join->quals));
    }
    List *result = conjuncts(castNode(FromExpr, tree)->quals);
    ListCell *cell;
    foreach (cell, castNode(FromExpr, tree)->fromlist)
        result = list_concat(result, all_conditions(static_cast<Node *>(lfirst(cell))));
    return result;
}

/** The column of `leaf` which the clause fixes, given the leaves in `known`; else 0. */
AttrNumber fixed_column(Node *clause, int leaf, Relids known) {
    if (!is_opclause(clause) || list_length(castNode(OpExpr, clause)->args) != 2)
        return 0;
    const OpExpr *comparison = castNode(OpExpr, clause);
    if (OidIsValid(comparison->inputcollid) && !get_collation_isdeterministic(comparison->inputcollid))
        return 0;
    for (int side = 0; side < 2; ++side) {
        Node *column = static_cast<Node *>(list_nth(comparison->args, side));
        Node *other = static_cast<Node *>(list_nth(comparison->args, 1 - side));
        if (!IsA(column, Var) || castNode(Var, column)->varno != leaf || castNode(Var, column)->varlevelsup != 0 ||
            castNode(Var, column)->varattno <= 0 || !bms_is_subset(pull_varnos(nullptr, other), known))
            continue;
        const TypeCacheEntry *type = lookup_type_cache(exprType(column), TYPECACHE_BTREE_OPFAMILY);
        if (op_in_opfamily(comparison->opno, type->btree_opf) && op_mergejoinable(comparison->opno, exprType(column)))
            return castNode(Var, column)->varattno;
    }
    return 0;
}

bool is_fixed(const Query *query, int leaf, List *conditions, Relids known) {
    const RangeTblEntry *rte = rt_fetch(leaf, query->rtable);
    if (rte->rtekind != RTE_RELATION)
        return false;
    Bitmapset *columns = nullptr;
    ListCell *cell;
    foreach (cell, conditions)
        if (const AttrNumber column = fixed_column(static_cast<Node *>(lfirst(cell)), leaf, known); column > 0)
            columns = bms_add_member(columns, column);
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
    List *conditions = all_conditions(reinterpret_cast<Node *>(query->jointree));
    const Relids leaves = leaves_in_from(query);
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
