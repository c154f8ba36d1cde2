// Judges each node of the query by the functions it calls and by its type. Lifetime: a call.

#include "pg/postgres.hpp"
#include "analysis/settings_use.hpp"

namespace pgtv::analysis {
namespace {

bool is_built_in(Oid object) {
    return object < FirstNormalObjectId;
}

bool calls_other(Oid function, void * /*context*/) {
    return !is_built_in(function) || func_volatile(function) != PROVOLATILE_IMMUTABLE;
}

/** Comparing, sorting and grouping values of a type calls its functions without naming them. */
bool has_other_type(Node *node) {
    const Oid type = getBaseType(exprType(node));
    return !is_built_in(type) && !type_is_enum(type);
}

/** Nodes that compute nothing besides the functions they name. What a later version of the server brings is not here. */
bool is_known_node(Node *node) {
    switch (nodeTag(node)) {
    case T_Var:
    case T_Const:
    case T_FuncExpr:
    case T_OpExpr:
    case T_Aggref:
    case T_WindowFunc:
        return !has_other_type(node);
    case T_List:
    case T_Param:
    case T_DistinctExpr:
    case T_NullIfExpr:
    case T_ScalarArrayOpExpr:
    case T_BoolExpr:
    case T_CaseExpr:
    case T_CaseWhen:
    case T_CaseTestExpr:
    case T_CoalesceExpr:
    case T_MinMaxExpr:
    case T_NullTest:
    case T_BooleanTest:
    case T_RelabelType:
    case T_CollateExpr:
    case T_CoerceViaIO:
    case T_ArrayExpr:
    case T_GroupingFunc:
    case T_SubLink:
    case T_SubscriptingRef:
    case T_TargetEntry:
    case T_FromExpr:
    case T_JoinExpr:
    case T_RangeTblRef:
    case T_RangeTblFunction:
    case T_SortGroupClause:
    case T_GroupingSet:
    case T_WindowClause:
    case T_SetOperationStmt:
        return true;
    default:
        return false;
    }
}

bool uses_settings(Node *node, void *context) {
    if (node == nullptr)
        return false;
    if (IsA(node, Query))
        return compat::walk_query(castNode(Query, node), uses_settings, context, 0);
    return !is_known_node(node) || check_functions_in_node(node, calls_other, context) ||
           compat::walk_children(node, uses_settings, context);
}

} // namespace

bool may_use_settings(Query *query) {
    return uses_settings(reinterpret_cast<Node *>(query), nullptr);
}

} // namespace pgtv::analysis
