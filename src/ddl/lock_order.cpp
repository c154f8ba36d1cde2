// The order in which DDL takes its locks. A writer holds its table and then comes to the TVIEW; DDL that came to the
// TVIEW first and wanted the table afterwards would deadlock with it. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/lock_order.hpp"

#include "ddl/dependents.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::ddl {
namespace {

bool is_captured(Oid relid) {
    const char kind = get_rel_relkind(relid);
    return kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE;
}

/** The sources of `tviews`; `only_theirs`: those that no other TVIEW reads. */
List *captured_sources(List *tviews, bool only_theirs) {
    List *sources = NIL;
    ListCell *cell;
    foreach (cell, tviews)
        sources = list_concat_unique_oid(sources, catalog::sources_of(lfirst_oid(cell)));
    List *wanted = NIL;
    foreach (cell, sources) {
        const Oid source = lfirst_oid(cell);
        if (!is_captured(source))
            continue;
        if (only_theirs && list_difference_oid(catalog::tviews_reading(source), tviews) != NIL)
            continue;
        wanted = lappend_oid(wanted, source);
    }
    return wanted;
}

void lock_with_children(List *tables, LOCKMODE mode) {
    List *relations = NIL;
    ListCell *cell;
    foreach (cell, tables)
        relations = list_concat_unique_oid(relations, find_all_inheritors(lfirst_oid(cell), NoLock, nullptr));
    list_sort(relations, list_oid_cmp);
    foreach (cell, relations) {
        LockRelationOid(lfirst_oid(cell), mode);
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(lfirst_oid(cell))))
            UnlockRelationOid(lfirst_oid(cell), mode); // dropped meanwhile
    }
}

/** Those TVIEWs that the statement names and the user may drop: nobody else's tables are to be locked. */
List *dropped_tviews(const DropStmt *statement) {
    List *tviews = NIL;
    ListCell *cell;
    foreach (cell, statement->objects) {
        const Oid relid = RangeVarGetRelid(makeRangeVarFromNameList(lfirst_node(List, cell)), NoLock, true);
        if (!OidIsValid(relid) || catalog::find_tview(relid) == nullptr || !compat::owns_relation(relid))
            continue;
        const Oid companion = catalog::find_companion(relid).table;
        tviews = list_append_unique_oid(tviews, relid);
        tviews = OidIsValid(companion) ? list_append_unique_oid(tviews, companion) : tviews;
    }
    return tviews;
}

} // namespace

void lock_sources_of(List *tviews) {
    lock_with_children(captured_sources(tviews, false), ShareRowExclusiveLock);
}

void lock_sources_before(const Node *statement) {
    if (IsA(statement, DropStmt)) {
        const auto *drop = reinterpret_cast<const DropStmt *>(statement);
        // Dropping the capture triggers will need the strongest lock.
        if (drop->removeType == OBJECT_TABLE)
            lock_with_children(captured_sources(dropped_tviews(drop), true), AccessExclusiveLock);
    } else if (IsA(statement, ViewStmt)) {
        const Oid view = RangeVarGetRelid(reinterpret_cast<const ViewStmt *>(statement)->view, NoLock, true);
        if (OidIsValid(view) && get_rel_relkind(view) == RELKIND_VIEW && compat::owns_relation(view))
            lock_sources_of(tviews_depending_on(RelationRelationId, view));
    }
}

} // namespace pgtv::ddl
