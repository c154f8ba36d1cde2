// Which types a rule depends on. Every new table makes new types, and a temporary table is no reason to build all
// rules again: so a rule listens only to the types it uses. Lifetime: the context given.

#include "pg/postgres.hpp"
#include "capture/type_hashes.hpp"

namespace pgtv::capture {
namespace {

List *column_types(List *types, Oid relid) {
    Relation relation = try_relation_open(relid, AccessShareLock);
    if (relation == nullptr)
        return types;
    TupleDesc desc = RelationGetDescr(relation);
    for (int i = 0; i < desc->natts; i++) {
        if (!TupleDescAttr(desc, i)->attisdropped)
            types = list_append_unique_oid(types, TupleDescAttr(desc, i)->atttypid);
    }
    relation_close(relation, AccessShareLock);
    return types;
}

/** The types on which object (`class_id`, `object`) depends directly. */
List *referenced_types(List *types, Oid class_id, Oid object) {
    Relation relation = table_open(DependRelationId, AccessShareLock);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(class_id));
    ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
    SysScanDesc scan = systable_beginscan(relation, DependDependerIndexId, true, nullptr, 2, keys);
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple); tuple = systable_getnext(scan)) {
        const auto *dependency = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        if (dependency->refclassid == TypeRelationId)
            types = list_append_unique_oid(types, dependency->refobjid);
    }
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    return types;
}

/** The types in the expressions of a view: its dependencies hang on its rewrite rule. */
List *expression_types(List *types, Oid relid) {
    if (get_rel_relkind(relid) != RELKIND_VIEW)
        return types;
    Relation relation = table_open(RewriteRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_rewrite_ev_class, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    SysScanDesc scan = systable_beginscan(relation, RewriteRelRulenameIndexId, true, nullptr, 1, &key);
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple); tuple = systable_getnext(scan))
        types = referenced_types(types, RewriteRelationId, reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(tuple))->oid);
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    return types;
}

} // namespace

TypeHashes type_hashes(List *relations, MemoryContext memory) {
    List *types = NIL;
    ListCell *cell;
    foreach (cell, relations) {
        types = column_types(types, lfirst_oid(cell));
        types = expression_types(types, lfirst_oid(cell));
    }
    const auto room = size_t(list_length(types) + 1);
    TypeHashes hashes = {0, static_cast<uint32 *>(MemoryContextAlloc(memory, sizeof(uint32) * room))};
    foreach (cell, types)
        hashes.values[hashes.count++] = GetSysCacheHashValue1(TYPEOID, ObjectIdGetDatum(lfirst_oid(cell)));
    return hashes;
}

} // namespace pgtv::capture
