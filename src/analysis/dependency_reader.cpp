// What one view or function refers to, read from pg_depend. Lifetime: a call.
//
// A view's dependencies hang on its rewrite rule, not on its pg_class row. Whole-row references leave no trace of
// their own in pg_depend, so they are looked up in the stored query.

#include "pg/postgres.hpp"
#include "analysis/dependency_reader.hpp"

#include "analysis/stored_query.hpp"

namespace pgtv::analysis {
namespace {

void add_column(References *found, Oid relid, int column) {
    RelationUse *use = nullptr;
    ListCell *cell;
    foreach (cell, found->relations) {
        auto *candidate = static_cast<RelationUse *>(lfirst(cell));
        if (candidate->relid == relid)
            use = candidate;
    }
    if (use == nullptr) {
        use = static_cast<RelationUse *>(palloc0(sizeof(RelationUse)));
        use->relid = relid;
        found->relations = lappend(found->relations, use);
    }
    if (column != 0)
        use->columns = bms_add_member(use->columns, column - FirstLowInvalidHeapAttributeNumber);
}

void add_reference(References *found, const FormData_pg_depend &row) {
    if (row.refclassid == RelationRelationId)
        add_column(found, row.refobjid, row.refobjsubid);
    else if (row.refclassid == ProcedureRelationId)
        found->functions = list_append_unique_oid(found->functions, row.refobjid);
    else if (row.refclassid == OperatorRelationId && OidIsValid(get_opcode(row.refobjid)))
        found->functions = list_append_unique_oid(found->functions, get_opcode(row.refobjid));
}

void read_depend(References *found, Oid catalog, Oid object) {
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(catalog));
    ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
    Relation depend = table_open(DependRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(depend, DependDependerIndexId, true, nullptr, 2, keys);
    for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));)
        add_reference(found, *reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple)));
    systable_endscan(scan);
    table_close(depend, AccessShareLock);
}

/** The SELECT rules of `view`: one in practice. */
List *rules_of(Oid view) {
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_rewrite_ev_class, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(view));
    Relation rewrite = table_open(RewriteRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(rewrite, RewriteRelRulenameIndexId, true, nullptr, 1, &key);
    List *rules = NIL;
    for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));) {
        const auto *row = reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(tuple));
        if (row->ev_type - '0' == CMD_SELECT)
            rules = lappend_oid(rules, row->oid);
    }
    systable_endscan(scan);
    table_close(rewrite, AccessShareLock);
    return rules;
}

void add_whole_rows(References *found, Node *node) {
    ListCell *cell;
    foreach (cell, found->relations) {
        auto *use = static_cast<RelationUse *>(lfirst(cell));
        if (reads_whole_row(node, use->relid))
            use->columns = bms_add_member(use->columns, 0 - FirstLowInvalidHeapAttributeNumber);
    }
}

} // namespace

References read_view_references(Oid view) {
    References found{};
    ListCell *cell;
    foreach (cell, rules_of(view))
        read_depend(&found, RewriteRelationId, lfirst_oid(cell));
    foreach (cell, found.relations) {
        if (static_cast<RelationUse *>(lfirst(cell))->relid == view)
            found.relations = foreach_delete_current(found.relations, cell);
    }
    add_whole_rows(&found, reinterpret_cast<Node *>(get_view_query_copy(view)));
    return found;
}

References read_function_references(Oid function) {
    References found{};
    read_depend(&found, ProcedureRelationId, function);
    add_whole_rows(&found, reinterpret_cast<Node *>(find_body_queries(function)));
    return found;
}

} // namespace pgtv::analysis
