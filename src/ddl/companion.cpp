// Creates and drops companions. They stand in schema tview, which belongs to the extension: what is done to relations
// there is done as a superuser, and they are owned by the TVIEW's owner. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/companion.hpp"

#include "ddl/tview_build.hpp"
#include "ddl/tview_options.hpp"
#include "ddl/tview_relations.hpp"
#include "pg/identity.hpp"
#include "pg/names.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/analysis.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/ddl.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"
#include "plan/companion.hpp"

namespace pgtv::ddl {
namespace {

constexpr const char *schema_name = "tview";

ObjectAddress address_of(Oid relid) {
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, relid);
    return address;
}

Query *stored_query(Oid view) {
    Relation relation = relation_open(view, AccessShareLock);
    Query *query = pg::copy_node(get_view_query(relation));
    relation_close(relation, AccessShareLock);
    return query;
}

/** The query of the TVIEW, its columns named as they are now. */
Query *named_query(const catalog::TView &row) {
    Query *query = stored_query(row.view);
    ListCell *cell;
    foreach (cell, query->targetList) {
        auto *entry = lfirst_node(TargetEntry, cell);
        if (!entry->resjunk)
            entry->resname = get_attname(row.view, entry->resno, false);
    }
    return query;
}

/** TVIEWs of one name in several schemas may be created at the same time: each gets a free name in its turn. */
void lock_names(Oid tview) {
    const char *name = get_rel_name(tview);
    const auto length = static_cast<int>(strlen(name));
    LockDatabaseObject(ExtensionRelationId, hash_bytes(reinterpret_cast<const unsigned char *>(name), length), 0,
                       ExclusiveLock);
}

const char *free_name(const char *prefix, Oid tview) {
    return pg::free_relation_name(psprintf("%s_of_%s", prefix, get_rel_name(tview)),
                                  get_namespace_oid(schema_name, false));
}

CreateRequest request_for(const catalog::TView &row, Query *query) {
    CreateRequest request = {};
    request.name = makeRangeVar(pstrdup(schema_name), pstrdup(free_name("companion", row.relid)), -1);
    request.query = query;
    request.with_data = row.populated;
    return request;
}

/** Default privileges of the owner do not apply: nobody reads aggregates of groups that the TVIEW does not show. */
void revoke_all(Oid relid) {
    CommandCounterIncrement();
    Relation relations = table_open(RelationRelationId, RowExclusiveLock);
    HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(relid));
    bool none;
    const Datum privileges = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &none);
    if (!none) {
        Datum values[Natts_pg_class] = {};
        bool nulls[Natts_pg_class] = {};
        bool replaced[Natts_pg_class] = {};
        nulls[Anum_pg_class_relacl - 1] = replaced[Anum_pg_class_relacl - 1] = true;
        HeapTuple revoked = heap_modify_tuple(tuple, RelationGetDescr(relations), values, nulls, replaced);
        CatalogTupleUpdate(relations, &revoked->t_self, revoked);
        Oid *members;
        const int count = aclmembers(DatumGetAclP(privileges), &members);
        updateAclDependencies(RelationRelationId, relid, 0, pg::relation_owner(relid), count, members, 0, nullptr);
    }
    table_close(relations, RowExclusiveLock);
    CommandCounterIncrement();
}

void comment_on(Oid relid, const char *text) {
    CreateComments(relid, RelationRelationId, 0, text);
    CommandCounterIncrement();
}

/** The table with the companion's rows, a TVIEW itself. */
Oid create_companion_table(const catalog::TView &row, const plan::Companion *companion) {
    const CreateRequest request = request_for(row, companion->query);
    List *columns = define_columns(companion->query, NIL);
    const Oid table = create_table(request, columns, NIL, pg::relation_owner(row.relid));
    const Oid view = create_view(table, columns, companion->query);
    revoke_all(table);
    revoke_all(view);
    comment_on(table, psprintf("kept by pg_tviews for a TVIEW, see tview.companion: %s", companion->reason));
    const catalog::TView own = {
        .relid = table,
        .view = view,
        .refresh = row.refresh,
        .key = NIL,
        .schedule = nullptr,
        .timezone = nullptr,
        .notify = nullptr,
        .populated = row.populated,
    };
    catalog::insert_tview(own);
    connect_sources(own);
    return table;
}

plan::Companion *plan_companion(const catalog::TView &row, const Query *query) {
    const pg::RunAs owner(pg::relation_owner(row.relid));
    return plan::find_companion(query);
}

Query *plan_computation(const catalog::TView &row, const Query *query, const plan::Companion *companion, Oid table) {
    const pg::RunAs owner(pg::relation_owner(row.relid));
    return plan::query_over_companion(query, companion, table);
}

bool is_maintained(const catalog::TView &row) {
    return freshness_of(row.refresh) == analysis::Freshness::maintained;
}

void depend_once(Oid relid, const ObjectAddress &referenced, DependencyType kind) {
    const ObjectAddress dependent = address_of(relid);
    (void)deleteDependencyRecordsForSpecific(RelationRelationId, relid, static_cast<char>(kind), referenced.classId,
                                             referenced.objectId);
    recordDependencyOn(&dependent, &referenced, kind);
}

void change_owner(Oid relid, Oid owner) {
    if (pg::relation_owner(relid) != owner)
        ATExecChangeOwner(relid, owner, true, AccessExclusiveLock);
    CommandCounterIncrement();
}

/** The companion and the view go with the TVIEW, and with the extension. */
void link_companion(const catalog::Companion &companion) {
    const ObjectAddress tview = address_of(companion.tview);
    ObjectAddress extension;
    ObjectAddressSet(extension, ExtensionRelationId, get_extension_oid("pg_tviews", false));
    for (const Oid relid : {companion.table, companion.view}) {
        depend_once(relid, tview, DEPENDENCY_AUTO);
        depend_once(relid, extension, DEPENDENCY_AUTO_EXTENSION);
    }
    CommandCounterIncrement();
}

bool has_rows(Oid relid) {
    Relation relation = table_open(relid, AccessShareLock);
    const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    TableScanDesc scan = table_beginscan(relation, snapshot, 0, nullptr);
    TupleTableSlot *slot = table_slot_create(relation, nullptr);
    const bool found = table_scan_getnextslot(scan, ForwardScanDirection, slot);
    ExecDropSingleTupleTableSlot(slot);
    table_endscan(scan);
    UnregisterSnapshot(snapshot);
    table_close(relation, AccessShareLock);
    return found;
}

/** A dump without the companion's rows: nothing could be added to them. The table stays, since triggers are to come. */
bool lacks_rows(const catalog::Companion &companion) {
    if (has_rows(companion.table) || !has_rows(companion.tview))
        return false;
    ereport(WARNING, (errmsg("the companion of tview \"%s\" has lost its rows", get_rel_name(companion.tview)),
                      errdetail("The groups of the TVIEW are recomputed from now on."),
                      errhint("CREATE OR REPLACE TVIEW makes another companion when the query changes.")));
    catalog::delete_tview(companion.table);
    return true;
}

} // namespace

void make_companion(const catalog::TView &row) {
    if (!is_maintained(row) || !catalog::companions_possible())
        return;
    const Query *query = named_query(row);
    const plan::Companion *companion = plan_companion(row, query);
    if (companion == nullptr)
        return;
    const pg::ActAs superuser(BOOTSTRAP_SUPERUSERID);
    lock_names(row.relid);
    const Oid table = create_companion_table(row, companion);
    Query *computation = plan_computation(row, query, companion, table);
    const Oid view = define_view(table, free_name("rows", row.relid), define_columns(computation, NIL), computation);
    revoke_all(view);
    const catalog::Companion made = {row.relid, table, view};
    catalog::insert_companion(made);
    link_companion(made);
    (void)furnish_tview(*catalog::get_tview(table));
    connect_sources(row);
}

void drop_companion(Oid tview) {
    const catalog::Companion companion = catalog::find_companion(tview);
    if (OidIsValid(companion.table))
        drop_companion_of(companion);
}

void drop_companion_of(const catalog::Companion &companion) {
    List *sources = catalog::sources_of(companion.table);
    maintenance::forget(companion.table);
    maintenance::forget(companion.tview);
    catalog::delete_tview(companion.table);
    for (const Oid relid : {companion.view, companion.table}) {
        const ObjectAddress address = address_of(relid);
        if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
            performDeletion(&address, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
        CommandCounterIncrement();
    }
    ListCell *cell;
    foreach (cell, sources)
        capture::remove_unused_triggers(lfirst_oid(cell));
}

void renew_companion(const catalog::TView &row) {
    drop_companion(row.relid);
    connect_sources(row);
    make_companion(row);
}

void link_relations(const catalog::TView &row) {
    link_view(row.relid, row.view);
    const Oid served = catalog::find_companion_row(row.relid).tview;
    const catalog::Companion companion = catalog::find_companion(OidIsValid(served) ? served : row.relid);
    if (OidIsValid(companion.table) && !lacks_rows(companion))
        link_companion(companion);
}

void hand_over_companion(const catalog::Companion &companion) {
    const Oid owner = pg::relation_owner(companion.tview);
    change_owner(companion.table, owner);
    change_owner(companion.view, owner);
    change_owner(catalog::get_tview(companion.table)->view, owner);
}

void refuse_companion(Oid relid, const char *what) {
    const catalog::Companion companion = catalog::find_companion_row(relid);
    if (OidIsValid(companion.tview))
        raise(Unsupported{psprintf("cannot %s \"%s\"", what, get_rel_name(relid)),
                          psprintf("It is the companion of tview \"%s\".", get_rel_name(companion.tview)),
                          "Change the TVIEW."});
}

} // namespace pgtv::ddl
