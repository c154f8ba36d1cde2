// Reads keys and indexes from the catalogs. Lifetime: memory of the caller.

#include "pg/postgres.hpp"
#include "plan/occurrence.hpp"
#include "plan/provenance.hpp"
#include "plan/single_rows.hpp"

namespace pgtv::plan {
namespace {

int first_branch(const Query *query) {
    const Node *node = query->setOperations;
    while (IsA(node, SetOperationStmt))
        node = castNode(SetOperationStmt, node)->larg;
    return castNode(RangeTblRef, node)->rtindex;
}

/** Number of key columns if `index` is complete (no predicate, no expressions) and ready, else 0. */
int plain_key_columns(Relation index) {
    const Form_pg_index form = index->rd_index;
    if (!form->indisvalid || RelationGetIndexExpressions(index) != NIL || RelationGetIndexPredicate(index) != NIL)
        return 0;
    return form->indnkeyatts;
}

struct Leaves {
    Relids all = nullptr;
    List *conditions = NIL; // conditions under which a leaf joins: all of WHERE and ON
};

void collect_leaves(Node *node, Leaves *leaves) {
    if (IsA(node, RangeTblRef)) {
        leaves->all = bms_add_member(leaves->all, castNode(RangeTblRef, node)->rtindex);
        return;
    }
    if (IsA(node, FromExpr)) {
        ListCell *cell;
        foreach (cell, castNode(FromExpr, node)->fromlist)
            collect_leaves(static_cast<Node *>(lfirst(cell)), leaves);
        leaves->conditions = list_concat(leaves->conditions, conjuncts(castNode(FromExpr, node)->quals));
        return;
    }
    const JoinExpr *join = castNode(JoinExpr, node);
    collect_leaves(join->larg, leaves);
    collect_leaves(join->rarg, leaves);
    leaves->conditions = list_concat(leaves->conditions, conjuncts(join->quals));
}

void collect_nullable(Node *node, bool nullable, Relids *result) {
    if (IsA(node, RangeTblRef)) {
        if (nullable)
            *result = bms_add_member(*result, castNode(RangeTblRef, node)->rtindex);
        return;
    }
    if (IsA(node, FromExpr)) {
        ListCell *cell;
        foreach (cell, castNode(FromExpr, node)->fromlist)
            collect_nullable(static_cast<Node *>(lfirst(cell)), nullable, result);
        return;
    }
    const JoinExpr *join = castNode(JoinExpr, node);
    const bool full = join->jointype == JOIN_FULL;
    collect_nullable(join->larg, nullable || full || join->jointype == JOIN_RIGHT, result);
    collect_nullable(join->rarg, nullable || full || join->jointype == JOIN_LEFT, result);
}

/** What is known of a row: the rows of some leaves as a whole, and columns (of Var *). */
struct Fixed {
    Relids leaves;
    List *columns;
};

/** Is it a column that is not fixed, or does it hold one? */
bool varies(Node *node, void *argument) {
    const auto *fixed = static_cast<const Fixed *>(argument);
    if (node == nullptr)
        return false;
    if (!IsA(node, Var))
        return compat::walk_children(node, varies, argument);
    const Var *var = castNode(Var, node);
    return var->varlevelsup != 0 ||
           (!bms_is_member(static_cast<int>(var->varno), fixed->leaves) && !list_member(fixed->columns, var));
}

/** Columns of `leaf` that are fixed themselves or by conditions that equate them with what is. */
Bitmapset *fixed_columns(const Leaves &leaves, int leaf, Fixed fixed) {
    Bitmapset *result = nullptr;
    ListCell *cell;
    foreach (cell, fixed.columns)
        if (lfirst_node(Var, cell)->varno == leaf && lfirst_node(Var, cell)->varattno > 0)
            result = bms_add_member(result, lfirst_node(Var, cell)->varattno);
    foreach (cell, leaves.conditions) {
        Node *clause = static_cast<Node *>(lfirst(cell));
        if (!is_opclause(clause) || list_length(castNode(OpExpr, clause)->args) != 2 ||
            get_mergejoin_opfamilies(castNode(OpExpr, clause)->opno) == NIL)
            continue;
        for (int side = 0; side < 2; ++side) {
            Node *column = strip_relabel(static_cast<Node *>(list_nth(castNode(OpExpr, clause)->args, side)));
            Node *other = static_cast<Node *>(list_nth(castNode(OpExpr, clause)->args, 1 - side));
            if (IsA(column, Var) && castNode(Var, column)->varno == leaf && castNode(Var, column)->varlevelsup == 0 &&
                castNode(Var, column)->varattno > 0 && !contain_subplans(other) && !varies(other, &fixed))
                result = bms_add_member(result, castNode(Var, column)->varattno);
        }
    }
    return result;
}

/** Is at most one row of the leaf left when `columns` are fixed? */
bool columns_are_unique(const RangeTblEntry *rte, Bitmapset *columns) {
    if (rte->rtekind == RTE_RELATION)
        return at_most_one_row(rte->relid, columns);
    if (rte->rtekind != RTE_SUBQUERY || rte->subquery->groupClause == NIL || rte->subquery->groupingSets != NIL)
        return rte->rtekind == RTE_SUBQUERY && rte->subquery->hasAggs && rte->subquery->groupClause == NIL &&
               rte->subquery->groupingSets == NIL;
    ListCell *cell;
    foreach (cell, rte->subquery->groupClause) {
        const TargetEntry *entry =
            get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), rte->subquery->targetList);
        if (entry->resjunk || !bms_is_member(entry->resno, columns))
            return false;
    }
    return true;
}

Relids leaves_fixed_by(const Query *query, Fixed fixed) {
    Leaves leaves;
    collect_leaves(reinterpret_cast<Node *>(query->jointree), &leaves);
    bool grown = true;
    while (grown) {
        grown = false;
        int next = -1;
        while ((next = bms_next_member(leaves.all, next)) >= 0) {
            if (bms_is_member(next, fixed.leaves) ||
                !columns_are_unique(rt_fetch(next, query->rtable), fixed_columns(leaves, next, fixed)))
                continue;
            fixed.leaves = bms_add_member(fixed.leaves, next);
            grown = true;
        }
    }
    return fixed.leaves;
}

} // namespace

Origin origin_of(const Query *query, int resno) {
    Origin origin{InvalidOid, 0, 0, 0};
    while (true) {
        if (query->setOperations != nullptr) {
            query = rt_fetch(first_branch(query), query->rtable)->subquery;
            continue;
        }
        const TargetEntry *entry = get_tle_by_resno(query->targetList, static_cast<AttrNumber>(resno));
        if (entry == nullptr || !IsA(entry->expr, Var))
            return origin;
        const Var *var = reinterpret_cast<const Var *>(entry->expr);
        if (var->varlevelsup != 0 || var->varattno <= 0)
            return origin;
        if (origin.top_leaf == 0)
            origin.top_leaf = var->varno;
        origin.leaf_path = origin.leaf_path * 64 + var->varno;
        const RangeTblEntry *rte = rt_fetch(var->varno, query->rtable);
        if (rte->rtekind == RTE_RELATION) {
            origin.relid = rte->relid;
            origin.attno = var->varattno;
            return origin;
        }
        if (rte->rtekind != RTE_SUBQUERY)
            return origin;
        query = rte->subquery;
        resno = var->varattno;
    }
}

List *unique_keys(Oid relid) {
    List *result = NIL;
    const Relation relation = relation_open(relid, AccessShareLock);
    if (relation->rd_rel->relkind == RELKIND_FOREIGN_TABLE) {
        relation_close(relation, AccessShareLock);
        return NIL;
    }
    ListCell *cell;
    foreach (cell, RelationGetIndexList(relation)) {
        const Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        Bitmapset *columns = nullptr;
        const int count = index->rd_index->indisunique && index->rd_index->indimmediate ? plain_key_columns(index) : 0;
        for (int i = 0; i < count; ++i)
            columns = bms_add_member(columns, index->rd_index->indkey.values[i]);
        if (columns != nullptr)
            result = index->rd_index->indisprimary ? lcons(columns, result) : lappend(result, columns);
        index_close(index, AccessShareLock);
    }
    relation_close(relation, AccessShareLock);
    return result;
}

bool has_index_on(Oid relid, AttrNumber attno) {
    bool found = false;
    const Relation relation = relation_open(relid, AccessShareLock);
    if (relation->rd_rel->relkind != RELKIND_FOREIGN_TABLE) {
        ListCell *cell;
        foreach (cell, RelationGetIndexList(relation)) {
            const Relation index = index_open(lfirst_oid(cell), AccessShareLock);
            found = found || (plain_key_columns(index) > 0 && index->rd_index->indkey.values[0] == attno);
            index_close(index, AccessShareLock);
        }
    }
    relation_close(relation, AccessShareLock);
    return found;
}

Relids nullable_leaves(const Query *query) {
    Relids result = nullptr;
    collect_nullable(reinterpret_cast<Node *>(query->jointree), false, &result);
    return result;
}

Relids leaves_in_from(const Query *query) {
    Leaves leaves;
    collect_leaves(reinterpret_cast<Node *>(query->jointree), &leaves);
    return leaves.all;
}

Relids leaves_determined(const Query *query, int leaf) {
    return leaves_fixed_by(query, {bms_make_singleton(leaf), NIL});
}

Relids leaves_fixed(const Query *query, List *columns) {
    return leaves_fixed_by(query, {nullptr, columns});
}

} // namespace pgtv::plan
