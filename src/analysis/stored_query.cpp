// The queries the server stores for us: of views and of functions with SQL-standard bodies. Lifetime: a call.

#include "pg/postgres.hpp"
#include "analysis/stored_query.hpp"

#include "pg_tviews/error.hpp"

namespace pgtv::analysis {
namespace {

struct WholeRowSearch {
    Oid relid;
    const QueryLevel *level;
};

bool find_whole_row(Node *node, void *argument) {
    auto *search = static_cast<WholeRowSearch *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Query)) {
        const QueryLevel level{reinterpret_cast<Query *>(node), search->level};
        WholeRowSearch inner{search->relid, &level};
        return compat::walk_query(reinterpret_cast<Query *>(node), find_whole_row, &inner, 0);
    }
    if (!IsA(node, Var))
        return compat::walk_children(node, find_whole_row, argument);
    const auto *var = reinterpret_cast<Var *>(node);
    if (var->varattno != InvalidAttrNumber)
        return false;
    const RangeTblEntry *entry = find_range_table_entry(search->level, var);
    return entry != nullptr && entry->rtekind == RTE_RELATION && entry->relid == search->relid;
}

} // namespace

const RangeTblEntry *find_range_table_entry(const QueryLevel *level, const Var *var) {
    for (Index up = var->varlevelsup; up > 0 && level != nullptr; up--)
        level = level->outer;
    if (level == nullptr || IS_SPECIAL_VARNO(var->varno))
        return nullptr;
    return rt_fetch(Index(var->varno), level->query->rtable);
}

Query *get_view_query_copy(Oid view) {
    Relation relation = try_relation_open(view, AccessShareLock);
    if (relation == nullptr)
        raise(RelationMissing{psprintf("%u", view)});
    auto *query = static_cast<Query *>(copyObjectImpl(get_view_query(relation)));
    relation_close(relation, NoLock);
    return query;
}

List *find_body_queries(Oid function) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple))
        return NIL;
    bool null;
    const Datum body = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosqlbody, &null);
    auto *node = null ? nullptr : static_cast<Node *>(stringToNode(TextDatumGetCString(body)));
    ReleaseSysCache(tuple);
    if (node == nullptr)
        return NIL;
    // BEGIN ATOMIC is stored as a list of one list of queries, RETURN as a query.
    return IsA(node, List) ? linitial_node(List, reinterpret_cast<List *>(node)) : list_make1(node);
}

Oid find_backing_view(Oid table) {
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(RelationRelationId));
    ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
    Relation depend = table_open(DependRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(depend, DependReferenceIndexId, true, nullptr, 2, keys);
    Oid view = InvalidOid;
    for (HeapTuple tuple; !OidIsValid(view) && HeapTupleIsValid(tuple = systable_getnext(scan));) {
        const auto *row = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        if (row->deptype == DEPENDENCY_INTERNAL && row->classid == RelationRelationId &&
            get_rel_relkind(row->objid) == RELKIND_VIEW)
            view = row->objid;
    }
    systable_endscan(scan);
    table_close(depend, AccessShareLock);
    return view;
}

bool reads_whole_row(Node *node, Oid relid) {
    WholeRowSearch search{relid, nullptr};
    return find_whole_row(node, &search);
}

} // namespace pgtv::analysis
