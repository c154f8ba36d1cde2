// Creates the table, the backing view and the write guard of a TVIEW. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/tview_relations.hpp"

#include "ddl/alter_table.hpp"
#include "maintenance/write_guard.hpp"
#include "pg/identity.hpp"
#include "pg/names.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::ddl {
namespace {

/** DefineRelation would quietly take the type's default collation. */
void require_collation(const ColumnDef *column) {
    const Oid type = column->typeName->typeOid;
    if (!OidIsValid(column->collOid) && type_is_collatable(type))
        ereport(ERROR, (errcode(ERRCODE_INDETERMINATE_COLLATION),
                        errmsg("no collation was derived for column \"%s\" with collatable type %s", column->colname,
                               format_type_be(type)),
                        errhint("Use the COLLATE clause to set the collation explicitly.")));
}

ColumnDef *define_column(const TargetEntry *entry) {
    auto *expression = reinterpret_cast<Node *>(entry->expr);
    ColumnDef *column =
        makeColumnDef(entry->resname, exprType(expression), exprTypmod(expression), exprCollation(expression));
    require_collation(column);
    return column;
}

void create_toast_table(Oid table, List *storage) {
    const Datum options = compat::toast_options(storage);
    (void)heap_reloptions(RELKIND_TOASTVALUE, options, true);
    NewRelationCreateToastTable(table, options);
}

/** v_<name>, a leading tv_ dropped, or the next free name. */
char *choose_view_name(Oid table) {
    const char *name = get_rel_name(table);
    if (strncmp(name, "tv_", 3) == 0 && name[3] != '\0')
        name += 3;
    return pg::free_relation_name(psprintf("v_%s", name), get_rel_namespace(table));
}

struct Guard {
    const char *name;
    const char *function; // in schema tview
    bool row;
    int16 events;
    char fires; // in which replication role
};

constexpr int16 row_events = TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE;
constexpr Guard guards[] = {
    {write_guard_name, "write_guard", false, row_events | TRIGGER_TYPE_TRUNCATE, TRIGGER_FIRES_ALWAYS},
    {maintenance::replica_guard_name, "replica_guard", true, row_events, TRIGGER_FIRES_ON_REPLICA},
};

void define_guard_trigger(Oid table, const Guard &guard) {
    CreateTrigStmt *statement = makeNode(CreateTrigStmt);
    statement->trigname = pstrdup(guard.name);
    statement->relation = makeRangeVar(get_namespace_name(get_rel_namespace(table)), get_rel_name(table), -1);
    statement->funcname = list_make2(makeString(pstrdup("tview")), makeString(pstrdup(guard.function)));
    statement->row = guard.row;
    statement->timing = TRIGGER_TYPE_BEFORE;
    statement->events = guard.events;
    const ObjectAddress trigger = CreateTriggerFiringOn(statement, nullptr, table, InvalidOid, InvalidOid, InvalidOid,
                                                        InvalidOid, InvalidOid, nullptr, false, false, guard.fires);
    // As ALTER TRIGGER … DEPENDS ON EXTENSION: DROP EXTENSION leaves a plain table.
    ObjectAddress extension;
    ObjectAddressSet(extension, ExtensionRelationId, get_extension_oid("pg_tviews", false));
    recordDependencyOn(&trigger, &extension, DEPENDENCY_AUTO_EXTENSION);
}

void set_replica_identity_full(Oid table) {
    ReplicaIdentityStmt *identity = makeNode(ReplicaIdentityStmt);
    identity->identity_type = REPLICA_IDENTITY_FULL;
    auto *definition = reinterpret_cast<Node *>(identity);
    alter_table(table, list_make1(make_alter_command(AT_ReplicaIdentity, nullptr, definition)));
}

} // namespace

List *define_columns(Query *query, List *aliases) {
    List *columns = NIL;
    ListCell *alias = list_head(aliases);
    ListCell *cell;
    foreach (cell, query->targetList) {
        auto *entry = lfirst_node(TargetEntry, cell);
        if (entry->resjunk)
            continue;
        if (alias != nullptr) {
            entry->resname = pstrdup(strVal(lfirst(alias)));
            alias = lnext(aliases, alias);
        }
        columns = lappend(columns, define_column(entry));
    }
    if (alias != nullptr)
        raise(SyntaxRefused{"too many column names were specified", nullptr, 0});
    if (columns == NIL)
        raise(Unsupported{"a tview must have at least one column", nullptr, nullptr});
    return columns;
}

Oid create_table(const CreateRequest &request, List *columns, List *storage, Oid owner) {
    CreateStmt *statement = makeNode(CreateStmt);
    statement->relation = pg::copy_node(request.name);
    statement->tableElts = columns;
    statement->options = storage;
    statement->oncommit = ONCOMMIT_NOOP;
    statement->tablespacename = request.tablespace == nullptr ? nullptr : pstrdup(request.tablespace);
    statement->accessMethod = request.access_method == nullptr ? nullptr : pstrdup(request.access_method);
    const Oid table = DefineRelation(statement, RELKIND_RELATION, owner, nullptr, nullptr).objectId;
    CommandCounterIncrement();
    create_toast_table(table, storage);
    return table;
}

Oid define_view(Oid table, const char *name, List *columns, const Query *query) {
    CreateStmt *statement = makeNode(CreateStmt);
    statement->relation = makeRangeVar(get_namespace_name(get_rel_namespace(table)), pstrdup(name), -1);
    statement->tableElts = pg::copy_node(columns);
    statement->oncommit = ONCOMMIT_NOOP;
    const Oid view = DefineRelation(statement, RELKIND_VIEW, pg::relation_owner(table), nullptr, nullptr).objectId;
    CommandCounterIncrement();
    StoreViewQuery(view, pg::copy_node(query), false);
    return view;
}

Oid create_view(Oid table, List *columns, const Query *query) {
    const Oid view = define_view(table, choose_view_name(table), columns, query);
    link_view(table, view);
    return view;
}

void link_view(Oid table, Oid view) {
    ObjectAddress table_address;
    ObjectAddress view_address;
    ObjectAddressSet(table_address, RelationRelationId, table);
    ObjectAddressSet(view_address, RelationRelationId, view);
    (void)deleteDependencyRecordsForSpecific(RelationRelationId, view, DEPENDENCY_INTERNAL, RelationRelationId, table);
    recordDependencyOn(&view_address, &table_address, DEPENDENCY_INTERNAL);
    CommandCounterIncrement();
}

void guard_table(Oid table) {
    for (const Guard &guard : guards)
        if (!OidIsValid(get_trigger_oid(table, guard.name, true)))
            define_guard_trigger(table, guard);
    set_replica_identity_full(table);
}

} // namespace pgtv::ddl
