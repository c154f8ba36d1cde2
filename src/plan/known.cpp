// Decides what is known of expressions over the rows of a derivation. Pure functions of the catalogs.

#include "pg/postgres.hpp"
#include "plan/known.hpp"

#include "plan/occurrence.hpp"

namespace pgtv::plan {
namespace {

Known known_of_var(const Var *var, const Scope *scope) {
    for (Index level = 0; level < var->varlevelsup && scope != nullptr; ++level)
        scope = scope->parent;
    if (scope == nullptr || var->varattno <= 0 || var->varno <= 0 || var->varno > scope->leaf_count)
        return Known::no;
    const LeafColumns &leaf = scope->leaves[var->varno];
    if (!leaf.usable)
        return Known::no;
    if (leaf.known == nullptr)
        return Known::exact;
    return var->varattno <= leaf.count ? leaf.known[var->varattno - 1] : Known::no;
}

bool finds_inexact(Node *node, void *argument) {
    if (node == nullptr)
        return false;
    switch (nodeTag(node)) {
    case T_Var:
        return known_of_var(castNode(Var, node), static_cast<const Scope *>(argument)) != Known::exact;
    case T_Aggref:
    case T_GroupingFunc:
    case T_WindowFunc:
    case T_SubLink:
    case T_SubPlan:
    case T_Param:
    case T_Query:
    case T_CurrentOfExpr:
    case T_PlaceHolderVar:
        return true;
    case T_FuncExpr:
        if (castNode(FuncExpr, node)->funcretset)
            return true;
        break;
    case T_OpExpr:
        if (castNode(OpExpr, node)->opretset)
            return true;
        break;
    default:
        break;
    }
    return compat::walk_children(node, finds_inexact, argument);
}

} // namespace

Known known_of(Node *expression, const Scope *scope) {
    Node *bare = strip_relabel(expression);
    if (bare == nullptr)
        return Known::no;
    if (IsA(bare, Var))
        return known_of_var(castNode(Var, bare), scope);
    return finds_inexact(expression, const_cast<Scope *>(scope)) ? Known::no : Known::exact;
}

bool usable_condition(Node *condition, const Scope *scope) {
    if (known_of(condition, scope) == Known::exact)
        return true;
    if (!IsA(condition, OpExpr) || list_length(castNode(OpExpr, condition)->args) != 2)
        return false;
    const OpExpr *operation = castNode(OpExpr, condition);
    ListCell *cell;
    foreach (cell, operation->args) {
        Node *operand = static_cast<Node *>(lfirst(cell));
        const Known known = known_of(operand, scope);
        if (known == Known::no)
            return false;
        if (known == Known::equal &&
            (!is_default_equality(operation->opno, exprType(operand)) ||
             (OidIsValid(operation->inputcollid) && operation->inputcollid != exprCollation(operand))))
            return false;
    }
    return true;
}

bool equality_is_identity(Oid type, Oid collation) {
    const TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);
    if (!OidIsValid(entry->btree_opf))
        return false;
    const Oid support =
        get_opfamily_proc(entry->btree_opf, entry->btree_opintype, entry->btree_opintype, BTEQUALIMAGE_PROC);
    return OidIsValid(support) &&
           DatumGetBool(OidFunctionCall1Coll(support, collation, ObjectIdGetDatum(entry->btree_opintype)));
}

bool is_default_equality(Oid operation, Oid type) {
    const TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);
    return OidIsValid(entry->btree_opf) && list_member_oid(get_mergejoin_opfamilies(operation), entry->btree_opf);
}

Known known_when_merged(Known known, Oid type, Oid collation) {
    if (known == Known::exact && !equality_is_identity(type, collation))
        return Known::equal;
    return known;
}

} // namespace pgtv::plan
