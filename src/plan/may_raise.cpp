// Which derivations can fail on their own: they drop filters and join old rows with new ones, so that a function may see
// values that the query itself would have filtered out.

#include "pg/postgres.hpp"
#include "plan/derivation_text.hpp"

namespace pgtv::plan {
namespace {

bool function_may_raise(Oid function, void *) {
    return !get_func_leakproof(function);
}

/** Comparison operators of btree families raise no errors on valid values, leakproof or not. */
bool is_comparison(Node *node) {
    if (IsA(node, OpExpr) || IsA(node, DistinctExpr) || IsA(node, NullIfExpr))
        return compat::is_ordering_operator(reinterpret_cast<OpExpr *>(node)->opno);
    if (IsA(node, ScalarArrayOpExpr))
        return compat::is_ordering_operator(castNode(ScalarArrayOpExpr, node)->opno);
    return false;
}

bool finds_raising(Node *node, void *argument) {
    if (node == nullptr)
        return false;
    if (IsA(node, Query))
        return compat::walk_query(castNode(Query, node), finds_raising, argument, 0);
    if (IsA(node, CoerceToDomain) || IsA(node, SubscriptingRef))
        return true;
    if (!is_comparison(node) && check_functions_in_node(node, function_may_raise, argument))
        return true;
    return compat::walk_children(node, finds_raising, argument);
}

} // namespace

bool may_raise(List *queries) {
    return finds_raising(reinterpret_cast<Node *>(queries), nullptr);
}

} // namespace pgtv::plan
