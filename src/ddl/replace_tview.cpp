// CREATE OR REPLACE TVIEW of a TVIEW that exists: the table keeps its OID, grants and, where they still apply, its
// indexes; only rows that differ are written. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/tview_build.hpp"

#include "ddl/alter_table.hpp"
#include "ddl/companion.hpp"
#include "ddl/table_columns.hpp"
#include "ddl/tview_relations.hpp"
#include "pg/identity.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::ddl {
namespace {

/** The text of a query, for comparison with another in the same session. */
const char *query_text(const Query *query) {
    return pg_get_querydef(pg::copy_node(query), false);
}

bool same_query(Oid view, const Query *query) {
    Relation relation = relation_open(view, AccessShareLock);
    const char *stored = query_text(get_view_query(relation));
    relation_close(relation, AccessShareLock);
    return strcmp(stored, query_text(query)) == 0;
}

/** A view's columns cannot be changed: drop it without the table it belongs to, and make another. */
Oid recreate_view(Oid table, Oid view, List *columns, const Query *query) {
    (void)deleteDependencyRecordsForSpecific(RelationRelationId, view, DEPENDENCY_INTERNAL, RelationRelationId, table);
    CommandCounterIncrement();
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, view);
    performDeletion(&address, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
    CommandCounterIncrement();
    return create_view(table, columns, query);
}

/** Stores the new query in the backing view; returns the view, which is another one if the columns changed. */
Oid store_query(const catalog::TView &row, Query *query, List *aliases) {
    List *columns = define_columns(query, aliases);
    if (same_columns(row.relid, columns)) {
        StoreViewQuery(row.view, pg::copy_node(query), true);
        CommandCounterIncrement();
        return row.view;
    }
    Relation table = relation_open(row.relid, NoLock);
    CheckTableNotInUse(table, "CREATE OR REPLACE TVIEW");
    relation_close(table, NoLock);
    change_columns(row.relid, columns);
    return recreate_view(row.relid, row.view, columns, query);
}

void set_storage(Oid table, List *storage) {
    if (storage == NIL)
        return;
    auto *definition = reinterpret_cast<Node *>(storage);
    alter_table(table, list_make1(make_alter_command(AT_SetRelOptions, nullptr, definition)));
}

/** Both may be nullptr. */
bool same_text(const char *a, const char *b) {
    return a == b || (a != nullptr && b != nullptr && strcmp(a, b) == 0);
}

void drop_capture_of(List *former_sources) {
    ListCell *cell;
    foreach (cell, former_sources)
        capture::remove_unused_triggers(lfirst_oid(cell));
}

} // namespace

void replace_tview(Oid existing, const CreateRequest &request, const TViewOptions &options) {
    if (!compat::owns_relation(existing))
        aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(existing));
    refuse_companion(existing, "replace");
    catalog::TView row = *catalog::get_tview(existing);
    const bool same_options = row.refresh == options.refresh && equal_names(row.key, options.key) &&
                              same_text(row.schedule, options.schedule) && same_text(row.timezone, options.timezone);
    Query *query = pg::copy_node(request.query);
    List *columns = define_columns(query, request.columns);
    set_storage(existing, options.storage);
    if (same_options && row.populated && same_columns(existing, columns) && same_query(row.view, query))
        return;

    check_definition(request.query, options.refresh, pg::relation_owner(existing));
    List *former_sources = catalog::sources_of(existing);
    drop_companion(existing);
    row.view = store_query(row, query, request.columns);
    row.refresh = options.refresh;
    row.key = options.key;
    row.schedule = options.schedule;
    row.timezone = options.timezone;
    row.populated = request.with_data;
    catalog::update_tview(row);
    connect_sources(row);
    drop_capture_of(former_sources);
    if (request.with_data)
        (void)maintenance::refresh_full(existing);
    make_companion(row);
    maintenance::begin_queue(existing);
    pg::RunAs owner(pg::relation_owner(existing));
    const plan::Rule *rule = maintenance::get_rule(existing);
    create_key_indexes(rule);
    report_rule(rule);
}

} // namespace pgtv::ddl
