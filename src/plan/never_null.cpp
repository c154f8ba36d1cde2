// NOT NULL as declared, and what is left of it behind outer joins. Pure function of the catalogs.

#include "pg/postgres.hpp"
#include "plan/never_null.hpp"

#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

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
    return is_not_null(rte->relid, var->varattno) ? static_cast<int>(var->varno) : 0;
}

} // namespace

bool is_not_null(Oid relid, AttrNumber column) {
    HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(column));
    const bool declared = HeapTupleIsValid(tuple) && reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple))->attnotnull;
    if (HeapTupleIsValid(tuple))
        ReleaseSysCache(tuple);
    return declared && !may_hold_older_nulls(relid, column);
}

bool never_null(const Query *query, Node *expression) {
    const int leaf = leaf_of_not_null(query, expression);
    return leaf > 0 && !bms_is_member(leaf, nullable_leaves(query));
}

bool null_together(const Query *query, Node *one, Node *other) {
    if (equal(one, other))
        return true;
    if ((one == nullptr || never_null(query, one)) && (other == nullptr || never_null(query, other)))
        return true;
    const int leaf = leaf_of_not_null(query, one); // both as NULL as an outer join makes their row
    return leaf > 0 && leaf == leaf_of_not_null(query, other);
}

} // namespace pgtv::plan
