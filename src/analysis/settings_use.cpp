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

bool is_other_node(Node *node) {
    switch (nodeTag(node)) {
    case T_SQLValueFunction:
    case T_NextValueExpr:
    case T_XmlExpr:
    case T_CoerceToDomain:
    case T_RowExpr:
    case T_ArrayCoerceExpr:
        return true;
    case T_Var:
    case T_Const:
    case T_FuncExpr:
    case T_OpExpr:
    case T_Aggref:
    case T_WindowFunc:
        return has_other_type(node);
    default:
        return compat::json_constructor_arguments(node) != NIL;
    }
}

bool uses_settings(Node *node, void *context) {
    if (node == nullptr)
        return false;
    if (IsA(node, Query))
        return compat::walk_query(castNode(Query, node), uses_settings, context, 0);
    return is_other_node(node) || check_functions_in_node(node, calls_other, context) ||
           compat::walk_children(node, uses_settings, context);
}

} // namespace

bool may_use_settings(Query *query) {
    return uses_settings(reinterpret_cast<Node *>(query), nullptr);
}

} // namespace pgtv::analysis
