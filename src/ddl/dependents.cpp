// Walks pg_depend upwards, from what a query uses to the TVIEWs that use it. Lifetime: a call.

#include "pg/postgres.hpp"
#include "ddl/dependents.hpp"

#include "pg_tviews/catalog.hpp"

namespace pgtv::ddl {
namespace {

struct Walk {
    List *tviews;  // of Oid
    List *visited; // of ObjectAddress *
};

bool visit(Walk *walk, Oid class_id, Oid object_id) {
    ListCell *cell;
    foreach (cell, walk->visited) {
        const auto *seen = static_cast<ObjectAddress *>(lfirst(cell));
        if (seen->classId == class_id && seen->objectId == object_id)
            return false;
    }
    auto *address = static_cast<ObjectAddress *>(palloc(sizeof(ObjectAddress)));
    ObjectAddressSet(*address, class_id, object_id);
    walk->visited = lappend(walk->visited, address);
    return true;
}

/** The view whose rule `rule` is, InvalidOid if it is gone. */
Oid view_of_rule(Oid rule) {
    Relation relation = table_open(RewriteRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_rewrite_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(rule));
    SysScanDesc scan = systable_beginscan(relation, RewriteOidIndexId, true, nullptr, 1, &key);
    HeapTuple tuple = systable_getnext(scan);
    const Oid view =
        HeapTupleIsValid(tuple) ? reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(tuple))->ev_class : InvalidOid;
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    return view;
}

/** What directly depends on the object; of ObjectAddress *. */
List *direct_dependents(Oid class_id, Oid object_id) {
    Relation relation = table_open(DependRelationId, AccessShareLock);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(class_id));
    ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object_id));
    SysScanDesc scan = systable_beginscan(relation, DependReferenceIndexId, true, nullptr, 2, keys);
    List *dependents = NIL;
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple); tuple = systable_getnext(scan)) {
        const auto *form = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        auto *address = static_cast<ObjectAddress *>(palloc(sizeof(ObjectAddress)));
        ObjectAddressSet(*address, form->classid, form->objid);
        dependents = lappend(dependents, address);
    }
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    return dependents;
}

void walk_up(Walk *walk, Oid class_id, Oid object_id) {
    check_stack_depth();
    if (!visit(walk, class_id, object_id))
        return;
    ListCell *cell;
    foreach (cell, direct_dependents(class_id, object_id)) {
        const auto *dependent = static_cast<ObjectAddress *>(lfirst(cell));
        if (dependent->classId == RewriteRelationId) {
            const Oid view = view_of_rule(dependent->objectId);
            const catalog::TView *tview = catalog::find_tview_by_view(view);
            if (tview != nullptr)
                walk->tviews = list_append_unique_oid(walk->tviews, tview->relid);
            else if (OidIsValid(view))
                walk_up(walk, RelationRelationId, view);
        } else if (dependent->classId == ProcedureRelationId || dependent->classId == OperatorRelationId ||
                   dependent->classId == CastRelationId || dependent->classId == TypeRelationId) {
            walk_up(walk, dependent->classId, dependent->objectId);
        }
    }
}

void collect_tables(Walk *walk, Oid type, List **tables) {
    check_stack_depth();
    if (!OidIsValid(type) || !visit(walk, TypeRelationId, type))
        return;
    ListCell *cell;
    foreach (cell, direct_dependents(TypeRelationId, type)) {
        const auto *dependent = static_cast<ObjectAddress *>(lfirst(cell));
        if (dependent->classId == TypeRelationId) // arrays, domains, ranges
            collect_tables(walk, dependent->objectId, tables);
        if (dependent->classId != RelationRelationId)
            continue;
        const char kind = get_rel_relkind(dependent->objectId);
        if (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE || kind == RELKIND_MATVIEW)
            *tables = list_append_unique_oid(*tables, dependent->objectId);
        if (kind != RELKIND_INDEX) // a column of a row type may be of this type too
            collect_tables(walk, get_rel_type_id(dependent->objectId), tables);
    }
}

} // namespace

List *tables_using_type(Oid type) {
    Walk walk = {NIL, NIL};
    List *tables = NIL;
    collect_tables(&walk, type, &tables);
    return tables;
}

List *tviews_depending_on(Oid class_id, Oid object_id) {
    Walk walk = {NIL, NIL};
    const catalog::TView *own = class_id == RelationRelationId ? catalog::find_tview_by_view(object_id) : nullptr;
    if (own != nullptr)
        walk.tviews = list_make1_oid(own->relid);
    walk_up(&walk, class_id, object_id);
    list_sort(walk.tviews, list_oid_cmp);
    return walk.tviews;
}

List *with_ancestors(Oid relid) {
    List *relations = list_make1_oid(relid);
    Relation inherits = table_open(InheritsRelationId, AccessShareLock);
    for (int i = 0; i < list_length(relations); i++) {
        ScanKeyData key;
        ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
                    ObjectIdGetDatum(list_nth_oid(relations, i)));
        SysScanDesc scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, nullptr, 1, &key);
        for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple); tuple = systable_getnext(scan))
            relations =
                list_append_unique_oid(relations, reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhparent);
        systable_endscan(scan);
    }
    table_close(inherits, AccessShareLock);
    return relations;
}

} // namespace pgtv::ddl
