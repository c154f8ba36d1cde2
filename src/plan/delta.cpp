// Recognizes the queries whose groups can be brought up to date from the changed rows alone. Pure function of the
// catalogs; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/delta.hpp"

#include "plan/known.hpp"
#include "plan/numeric_scale.hpp"
#include "plan/output_columns.hpp"
#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

/** The one argument of an aggregate; nullptr for count(*). */
Node *argument_of(const Aggref *call) {
    return call->args == NIL ? nullptr : reinterpret_cast<Node *>(linitial_node(TargetEntry, call->args)->expr);
}

bool is_builtin(const Aggref *call, const char *name) {
    return get_func_namespace(call->aggfnoid) == PG_CATALOG_NAMESPACE &&
           strcmp(get_func_name(call->aggfnoid), name) == 0;
}

bool is_plain(const Aggref *call) {
    return call->aggdistinct == NIL && call->aggorder == NIL && call->aggdirectargs == NIL && call->agglevelsup == 0 &&
           list_length(call->args) <= 1;
}

bool adds_up_exactly(Oid type) {
    return type == INT2OID || type == INT4OID || type == INT8OID || type == NUMERICOID;
}

/** Fills what follows from the aggregate alone; false: it does not add up. */
bool describe_aggregate(const Aggref *call, DeltaColumn *column) {
    if (!is_plain(call))
        return false;
    const Oid input = argument_of(call) == nullptr ? InvalidOid : exprType(argument_of(call));
    if (is_builtin(call, "count"))
        column->combine = Combine::count;
    else if (is_builtin(call, "sum") && adds_up_exactly(input))
        column->combine = Combine::sum;
    else if (is_builtin(call, "avg") && adds_up_exactly(input))
        column->combine = Combine::average;
    else if (is_builtin(call, "min"))
        column->combine = Combine::smallest;
    else if (is_builtin(call, "max"))
        column->combine = Combine::largest;
    else if (is_builtin(call, "bool_and") || is_builtin(call, "every"))
        column->combine = Combine::all_true;
    else if (is_builtin(call, "bool_or"))
        column->combine = Combine::any_true;
    else
        return false;
    column->fixed_scale = column->combine == Combine::sum && constant_scale(argument_of(call)) >= 0;
    if (column->combine == Combine::smallest || column->combine == Combine::largest) {
        column->compare = lookup_type_cache(column->type, TYPECACHE_CMP_PROC)->cmp_proc;
        return OidIsValid(column->compare);
    }
    return true;
}

bool is_grouped(const TargetEntry *entry, const Query *query) {
    ListCell *cell;
    foreach (cell, query->groupClause)
        if (entry->ressortgroupref != 0 &&
            lfirst_node(SortGroupClause, cell)->tleSortGroupRef == entry->ressortgroupref)
            return true;
    return false;
}

Aggref *aggregate_of(const Query *query, int position) {
    const TargetEntry *entry = list_nth_node(TargetEntry, query->targetList, position);
    return IsA(entry->expr, Aggref) ? reinterpret_cast<Aggref *>(entry->expr) : nullptr;
}

/** May rows of the leaf come from tables that have dropped its NOT NULL? A partition may not, a child may. */
bool reads_children(const RangeTblEntry *rte) {
    return rte->inh && rte->relkind != RELKIND_PARTITIONED_TABLE && has_subclass(rte->relid);
}

/** Is the column's NOT NULL declared NOT VALID? Rows from before may hold NULL then. */
bool may_hold_older_nulls(Oid relid, AttrNumber attno) {
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    const Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, nullptr, 1, &key);
    bool found = false;
    while (const HeapTuple tuple = systable_getnext(scan)) {
        const auto *form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
        bool null = true;
        const Datum columns = form->contype == 'n' && !form->convalidated
                                  ? heap_getattr(tuple, Anum_pg_constraint_conkey, RelationGetDescr(constraints), &null)
                                  : Datum(0);
        found = found || (!null && *reinterpret_cast<int16 *>(ARR_DATA_PTR(DatumGetArrayTypeP(columns))) == attno);
    }
    systable_endscan(scan);
    table_close(constraints, AccessShareLock);
    return found;
}

/** The leaf of a column declared NOT NULL, else 0. */
int leaf_of_not_null(const Query *query, Node *expression) {
    if (expression == nullptr || !IsA(expression, Var))
        return 0;
    const Var *var = castNode(Var, expression);
    const RangeTblEntry *rte = var->varlevelsup == 0 ? rt_fetch(var->varno, query->rtable) : nullptr;
    if (rte == nullptr || rte->rtekind != RTE_RELATION || var->varattno <= 0 || reads_children(rte))
        return 0;
    HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(rte->relid), Int16GetDatum(var->varattno));
    const bool not_null = HeapTupleIsValid(tuple) && reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple))->attnotnull;
    if (HeapTupleIsValid(tuple))
        ReleaseSysCache(tuple);
    return not_null && !may_hold_older_nulls(rte->relid, var->varattno) ? static_cast<int>(var->varno) : 0;
}

/** Is the expression a column declared NOT NULL which no outer join makes NULL? */
bool never_null(const Query *query, Node *expression) {
    const int leaf = leaf_of_not_null(query, expression);
    return leaf > 0 && !bms_is_member(leaf, nullable_leaves(query));
}

/** Are both NULL in the same rows? nullptr: the argument that count(*) lacks. */
bool null_together(const Query *query, Node *one, Node *other) {
    if (equal(one, other))
        return true;
    if ((one == nullptr || never_null(query, one)) && (other == nullptr || never_null(query, other)))
        return true;
    const int leaf = leaf_of_not_null(query, one); // both as NULL as an outer join makes their row
    return leaf > 0 && leaf == leaf_of_not_null(query, other);
}

/** The output column that counts the inputs of aggregate `call`; -1: there is none. */
int find_count(const Query *query, const DeltaPlan *delta, const Aggref *call) {
    for (int i = 0; i < delta->column_count; ++i) {
        const Aggref *other = aggregate_of(query, i);
        if (other == nullptr || delta->columns[i].combine != Combine::count ||
            !equal(other->aggfilter, call->aggfilter))
            continue;
        if (null_together(query, argument_of(other), argument_of(call)))
            return i;
    }
    return -1;
}

int find_sum(const Query *query, const DeltaPlan *delta, const Aggref *average) {
    for (int i = 0; i < delta->column_count; ++i) {
        const Aggref *other = aggregate_of(query, i);
        if (other != nullptr && delta->columns[i].combine == Combine::sum &&
            equal(other->aggfilter, average->aggfilter) && equal(argument_of(other), argument_of(average)))
            return i;
    }
    return -1;
}

int find_row_count(const Query *query, const DeltaPlan *delta) {
    for (int i = 0; i < delta->column_count; ++i) {
        const Aggref *call = aggregate_of(query, i);
        if (call != nullptr && delta->columns[i].combine == Combine::count && call->aggfilter == nullptr &&
            (argument_of(call) == nullptr || never_null(query, argument_of(call))))
            return i;
    }
    return -1;
}

const char *check_shape(const Query *query) {
    if (!query->hasAggs || query->setOperations != nullptr || query->groupingSets != NIL || query->hasWindowFuncs ||
        query->distinctClause != NIL || query->limitCount != nullptr || query->limitOffset != nullptr ||
        query->hasTargetSRFs || query->hasRecursive || query->cteList != NIL)
        return "the query is no plain grouping";
    if (query->havingQual != nullptr)
        return "groups that HAVING hides have no stored row to add to";
    ListCell *cell;
    foreach (cell, query->groupClause) {
        const TargetEntry *entry = get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query->targetList);
        const Node *expression = reinterpret_cast<Node *>(entry->expr);
        if (entry->resjunk)
            return "a grouping column is not in the output";
        if (!equality_is_identity(exprType(expression), exprCollation(expression)))
            return "which of several equal values stands for a group can change";
    }
    return nullptr;
}

const char *describe_column(const Query *query, DeltaPlan *delta, int position) {
    const TargetEntry *entry = list_nth_node(TargetEntry, query->targetList, position);
    Node *expression = reinterpret_cast<Node *>(entry->expr);
    DeltaColumn *column = &delta->columns[position];
    *column =
        DeltaColumn{Combine::carried, -1, -1, -1, false, InvalidOid, exprType(expression), exprCollation(expression)};
    if (is_grouped(entry, query))
        column->combine = Combine::key;
    else if (IsA(expression, Aggref))
        return describe_aggregate(reinterpret_cast<Aggref *>(expression), column)
                   ? nullptr
                   : psprintf("the aggregate in column \"%s\" does not add up", entry->resname);
    else if (contain_aggs_of_level(expression, 0))
        return psprintf("column \"%s\" computes with aggregates", entry->resname);
    return nullptr;
}

const char *tie_together(const Query *query, DeltaPlan *delta) {
    int extra = delta->column_count;
    delta->rows = extra++;
    delta->known_rows = find_row_count(query, delta);
    for (int i = 0; i < delta->column_count; ++i) {
        DeltaColumn *column = &delta->columns[i];
        const Aggref *call = aggregate_of(query, i);
        if (call == nullptr || column->combine == Combine::count)
            continue;
        column->known_inputs = find_count(query, delta, call);
        if (column->combine == Combine::average) {
            column->sum = find_sum(query, delta, call);
            if (column->sum < 0 || column->known_inputs < 0)
                return psprintf("the average in column \"%s\" needs sum() and count() of the same inputs in the output",
                                list_nth_node(TargetEntry, query->targetList, i)->resname);
        } else if (column->combine != Combine::smallest && column->combine != Combine::largest) {
            column->inputs = extra++;
        }
    }
    return nullptr;
}

} // namespace

const char *find_delta(Query *query, DeltaPlan **result) {
    *result = nullptr;
    if (const char *obstacle = check_shape(query))
        return obstacle;
    auto *delta = static_cast<DeltaPlan *>(palloc0(sizeof(DeltaPlan)));
    delta->column_count = visible_columns(query);
    delta->group_count = list_length(query->groupClause);
    delta->columns = static_cast<DeltaColumn *>(palloc0(sizeof(DeltaColumn) * static_cast<Size>(delta->column_count)));
    for (int i = 0; i < delta->column_count; ++i)
        if (const char *obstacle = describe_column(query, delta, i))
            return obstacle;
    if (const char *obstacle = tie_together(query, delta))
        return obstacle;
    *result = delta;
    return nullptr;
}

DeltaPlan *copy_delta(const DeltaPlan *delta) {
    if (delta == nullptr)
        return nullptr;
    auto *copy = static_cast<DeltaPlan *>(palloc(sizeof(DeltaPlan)));
    *copy = *delta;
    const Size size = sizeof(DeltaColumn) * static_cast<Size>(delta->column_count);
    copy->columns = static_cast<DeltaColumn *>(memcpy(palloc(size), delta->columns, size));
    return copy;
}

} // namespace pgtv::plan
