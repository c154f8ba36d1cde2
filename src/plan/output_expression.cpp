// Rewrites output columns in terms of the changed leaf, or of one closer to it, where that saves a join. Pure.

#include "pg/postgres.hpp"
#include "plan/level.hpp"
#include "plan/pruning.hpp"

namespace pgtv::plan {
namespace {

const Var *plain_var(Node *node) {
    if (!IsA(node, Var) || castNode(Var, node)->varlevelsup != 0 || castNode(Var, node)->varattno <= 0)
        return nullptr;
    return castNode(Var, node);
}

bool same_column(const Var *a, const Var *b) {
    return a->varno == b->varno && a->varattno == b->varattno;
}

/** The column of another leaf that `clause` makes identical to `wanted`, else nullptr. */
const Var *identical_column(Node *clause, const Var *wanted) {
    if (!is_opclause(clause) || list_length(castNode(OpExpr, clause)->args) != 2)
        return nullptr;
    const OpExpr *operation = castNode(OpExpr, clause);
    const Var *left = plain_var(static_cast<Node *>(linitial(operation->args)));
    const Var *right = plain_var(static_cast<Node *>(lsecond(operation->args)));
    if (left == nullptr || right == nullptr)
        return nullptr;
    const Var *other = same_column(left, wanted) ? right : same_column(right, wanted) ? left : nullptr;
    if (other == nullptr || other->varno == wanted->varno || other->vartype != wanted->vartype ||
        other->varcollid != wanted->varcollid || !is_default_equality(operation->opno, wanted->vartype) ||
        !equality_is_identity(wanted->vartype, wanted->varcollid) ||
        (OidIsValid(operation->inputcollid) && operation->inputcollid != wanted->varcollid))
        return nullptr;
    return other;
}

constexpr int unreachable = INT_MAX;

/** How many relations have to be read for a column of `leaf`. */
int items_read(const Level *level, const Variant *variant, int leaf) {
    const Pruned pruned = prune(level, variant, bms_make_singleton(leaf), false);
    return pruned.possible ? bms_num_members(pruned.items) : unreachable;
}

} // namespace

Node *output_expression(const Level *level, const Variant *variant, const TargetEntry *entry) {
    Node *expression = with_nulls(reinterpret_cast<Node *>(entry->expr), variant->nulled, 0);
    const Var *wanted = plain_var(expression);
    if (wanted == nullptr || level->site == 0 || wanted->varno == level->site)
        return expression;
    int fewest = items_read(level, variant, wanted->varno);
    ListCell *cell;
    foreach (cell, variant->conditions) {
        const Var *column = identical_column(static_cast<Condition *>(lfirst(cell))->clause, wanted);
        if (column == nullptr)
            continue;
        if (column->varno == level->site)
            return static_cast<Node *>(copyObjectImpl(column));
        const int items = items_read(level, variant, column->varno);
        if (items >= fewest)
            continue;
        fewest = items;
        expression = static_cast<Node *>(copyObjectImpl(column));
    }
    return expression;
}

} // namespace pgtv::plan
