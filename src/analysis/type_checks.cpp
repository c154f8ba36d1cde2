// Which functions values of a type pass through when they are rendered as text or json, read from text, or
// constrained by a domain. Lifetime: a call.

#include "pg/postgres.hpp"

#include "analysis/check_state.hpp"

namespace pgtv::analysis {
namespace {

using TypeCheck = void (*)(Oid type, Checks *checks);

/** Applies `check` to what values of `type` are made of. */
void check_parts(Oid type, TypeCheck check, Checks *checks) {
    check_stack_depth();
    const Oid element = get_base_element_type(type);
    if (OidIsValid(element))
        return check(element, checks);
    const char kind = get_typtype(type);
    if (kind == TYPTYPE_DOMAIN)
        return check(getBaseType(type), checks);
    if (kind == TYPTYPE_RANGE)
        return check(get_range_subtype(type), checks);
    if (kind == TYPTYPE_MULTIRANGE)
        return check(get_multirange_range(type), checks);
    if (kind != TYPTYPE_COMPOSITE)
        return;
    TupleDesc descriptor = lookup_rowtype_tupdesc_copy(type, -1);
    for (int i = 0; i < descriptor->natts; i++) {
        if (!TupleDescAttr(descriptor, i)->attisdropped)
            check(TupleDescAttr(descriptor, i)->atttypid, checks);
    }
}

/** JSON functions prefer a user-defined cast to json over the output function. */
void check_json_cast(Oid type, Checks *checks) {
    Oid function = InvalidOid;
    if (type >= FirstNormalObjectId &&
        find_coercion_pathway(JSONOID, type, COERCION_EXPLICIT, &function) == COERCION_PATH_FUNC)
        (void)check_function(function, checks);
}

void check_rendered_type(Oid type, Checks *checks) {
    if (!OidIsValid(type) || get_typtype(type) == TYPTYPE_PSEUDO)
        return;
    Oid function;
    bool is_varlena;
    getTypeOutputInfo(type, &function, &is_varlena);
    (void)check_function(function, checks);
    check_json_cast(type, checks);
    check_parts(type, check_rendered_type, checks);
}

void check_rendered_types(List *types, Checks *checks) {
    ListCell *cell;
    foreach (cell, types)
        check_rendered_type(lfirst_oid(cell), checks);
}

/** A row of a subquery, CTE or function: its type is just "record". */
void check_rendered_record(const Var *row, Checks *checks) {
    const RangeTblEntry *entry = find_range_table_entry(checks->level, row);
    if (entry == nullptr)
        return;
    ListCell *cell;
    foreach (cell, entry->functions)
        check_rendered_types(lfirst_node(RangeTblFunction, cell)->funccoltypes, checks);
    check_rendered_types(entry->coltypes, checks);
    if (entry->rtekind != RTE_SUBQUERY || entry->subquery == nullptr)
        return;
    foreach (cell, entry->subquery->targetList)
        check_rendered_type(exprType(reinterpret_cast<Node *>(lfirst_node(TargetEntry, cell)->expr)), checks);
}

void check_rendered(Node *value, Checks *checks) {
    if (exprType(value) != RECORDOID)
        check_rendered_type(exprType(value), checks);
    else if (IsA(value, RowExpr))
        check_rendered_values(castNode(RowExpr, value)->args, checks);
    else if (IsA(value, Var))
        check_rendered_record(castNode(Var, value), checks);
}

} // namespace

void check_rendered_values(List *values, Checks *checks) {
    ListCell *cell;
    foreach (cell, values) {
        auto *value = static_cast<Node *>(lfirst(cell));
        check_rendered(IsA(value, TargetEntry) ? reinterpret_cast<Node *>(castNode(TargetEntry, value)->expr) : value,
                       checks);
    }
}

void check_domain(Oid type, const Checks *checks) {
    if (get_typtype(type) != TYPTYPE_DOMAIN || !DomainHasConstraints(type))
        return;
    Checks inner = *checks;
    inner.in_body = true;
    inner.reads_nothing = psprintf("a constraint of domain %s", format_type_be_qualified(type));
    inner.level = nullptr;
    // The memory context calls back into the reference when it goes: it must not be a local.
    auto *reference = static_cast<DomainConstraintRef *>(palloc0(sizeof(DomainConstraintRef)));
    InitDomainConstraintRef(type, reference, CurrentMemoryContext, false);
    ListCell *cell;
    foreach (cell, reference->constraints)
        (void)check_node(reinterpret_cast<Node *>(static_cast<DomainConstraintState *>(lfirst(cell))->check_expr),
                         &inner);
}

void check_parsed_type(Oid type, Checks *checks) {
    if (!OidIsValid(type) || get_typtype(type) == TYPTYPE_PSEUDO)
        return;
    Oid function;
    Oid parameter;
    getTypeInputInfo(type, &function, &parameter);
    (void)check_function(function, checks);
    check_domain(type, checks);
    check_parts(type, check_parsed_type, checks);
}

} // namespace pgtv::analysis
