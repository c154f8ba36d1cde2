// Resolves columns through subqueries that only join, and refuses what is more than a function of columns. Pure; memory:
// the current context.

#include "pg/postgres.hpp"
#include "plan/joined_columns.hpp"

#include "pg/nodes.hpp"

namespace pgtv::plan {
namespace {

/** Nodes that need a query around them, or state that expressions kept for long do not have. */
bool needs_query(const Node *node) {
    switch (nodeTag(node)) {
    case T_Query:
    case T_SubLink:
    case T_SubPlan:
    case T_AlternativeSubPlan:
    case T_Aggref:
    case T_WindowFunc:
    case T_GroupingFunc:
    case T_Param:
    case T_PlaceHolderVar:
    case T_CurrentOfExpr:
    case T_NextValueExpr:
    case T_SetToDefault:
    case T_CoerceToDomain: // the domain's constraints may change
        return true;
    default:
        return false;
    }
}

} // namespace

LookupLevel *make_level(const Query *query, const LookupLevel *around, bool nullable) {
    const Size count = static_cast<Size>(list_length(query->rtable)) + 1;
    auto *level = static_cast<LookupLevel *>(palloc0(sizeof(LookupLevel)));
    level->around = around;
    level->query = query;
    level->leaves = static_cast<int *>(palloc(sizeof(int) * count));
    std::fill_n(level->leaves, count, -1);
    level->inner = static_cast<LookupLevel **>(palloc0(sizeof(LookupLevel *) * count));
    level->nullable = nullable;
    return level;
}

int JoinedColumns::add_leaf(Oid relid) {
    leaves_ = lappend_oid(leaves_, relid);
    return list_length(leaves_) - 1;
}

/** From 1. */
int JoinedColumns::number_of(JoinedColumn wanted) {
    ListCell *cell;
    foreach (cell, columns_) {
        const auto *known = static_cast<JoinedColumn *>(lfirst(cell));
        if (known->leaf == wanted.leaf && known->column == wanted.column)
            return foreach_current_index(cell) + 1;
    }
    columns_ = lappend(columns_, pg::make(wanted));
    return list_length(columns_);
}

Node *JoinedColumns::rewrite_var(const Var *var, Rewriting *rewriting) {
    const LookupLevel *level = rewriting->level;
    for (Index up = var->varlevelsup; up > 0 && level != nullptr; --up)
        level = level->around;
    if (level == nullptr || var->varattno <= 0) {
        rewriting->failed = true;
        return nullptr;
    }
    if (const LookupLevel *inner = level->inner[var->varno]) {
        const TargetEntry *entry = get_tle_by_resno(inner->query->targetList, var->varattno);
        // NULL where there is no row: an expression need not be, nor a column from around.
        const bool own = IsA(entry->expr, Var) && reinterpret_cast<const Var *>(entry->expr)->varlevelsup == 0;
        rewriting->failed = rewriting->failed || (inner->nullable && !own);
        Rewriting below = {this, inner, false};
        Node *result = rewrite_node(reinterpret_cast<Node *>(entry->expr), &below);
        rewriting->failed = rewriting->failed || below.failed;
        return result;
    }
    const int leaf = level->leaves[var->varno];
    if (leaf < 0 || number_of(JoinedColumn{leaf, var->varattno}) > MaxTupleAttributeNumber) {
        rewriting->failed = true;
        return nullptr;
    }
    const int number = number_of(JoinedColumn{leaf, var->varattno});
    return reinterpret_cast<Node *>(
        makeVar(1, static_cast<AttrNumber>(number), var->vartype, var->vartypmod, var->varcollid, 0));
}

Node *JoinedColumns::rewrite_node(Node *node, void *argument) {
    auto *rewriting = static_cast<Rewriting *>(argument);
    if (node == nullptr || rewriting->failed)
        return nullptr;
    if (IsA(node, Var))
        return rewriting->columns->rewrite_var(castNode(Var, node), rewriting);
    if (needs_query(node)) {
        rewriting->failed = true;
        return nullptr;
    }
    return compat::mutate_children(node, rewrite_node, rewriting);
}

Expr *JoinedColumns::rewrite(const Node *expression, const LookupLevel *level) {
    Rewriting rewriting = {this, level, false};
    Node *result = rewrite_node(const_cast<Node *>(expression), &rewriting);
    return rewriting.failed ? nullptr : reinterpret_cast<Expr *>(result);
}

Bitmapset *JoinedColumns::leaves_read(Node *rewritten) const {
    Bitmapset *result = nullptr;
    Bitmapset *offset = nullptr;
    pull_varattnos(rewritten, 1, &offset);
    for (int member = bms_next_member(offset, -1); member >= 0; member = bms_next_member(offset, member)) {
        const int number = member + FirstLowInvalidHeapAttributeNumber;
        result = bms_add_member(result, static_cast<JoinedColumn *>(list_nth(columns_, number - 1))->leaf);
    }
    return result;
}

} // namespace pgtv::plan
