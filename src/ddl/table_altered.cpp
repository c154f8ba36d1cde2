// The table of a TVIEW was altered: its backing view follows, or the change is refused. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/alter_tview.hpp"

#include "ddl/companion.hpp"
#include "ddl/table_columns.hpp"
#include "ddl/tview_build.hpp"
#include "pg/identity.hpp"
#include "pg/names.hpp"
#include "pg_tviews/analysis.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::ddl {
namespace {

void follow_owner(const catalog::TView &row) {
    const Oid owner = pg::relation_owner(row.relid);
    const catalog::Companion companion = catalog::find_companion(row.relid);
    if (OidIsValid(companion.table))
        hand_over_companion(companion);
    if (owner == pg::relation_owner(row.view))
        return;
    ATExecChangeOwner(row.view, owner, true, AccessExclusiveLock);
    CommandCounterIncrement();
    check_owner_privileges(owner, analysis::find_sources(row.view, row.relid));
}

void follow_schema(const catalog::TView &row) {
    const Oid schema = get_rel_namespace(row.relid);
    const Oid former = get_rel_namespace(row.view);
    if (schema == former)
        return;
    const char *name = get_rel_name(row.view);
    if (OidIsValid(get_relname_relid(name, schema)))
        RenameRelationInternal(row.view, pg::free_relation_name(name, schema), true, false);
    CommandCounterIncrement();
    Relation view = relation_open(row.view, AccessExclusiveLock);
    ObjectAddresses *moved = new_object_addresses();
    AlterTableNamespaceInternal(view, former, schema, moved);
    free_object_addresses(moved);
    relation_close(view, NoLock);
    CommandCounterIncrement();
}

/** The next live column of `relation` behind attribute number `*attribute`; nullptr if there is none. */
Form_pg_attribute next_column(Relation relation, int *attribute) {
    while (*attribute < RelationGetDescr(relation)->natts) {
        const Form_pg_attribute column = TupleDescAttr(RelationGetDescr(relation), (*attribute)++);
        if (!column->attisdropped)
            return column;
    }
    return nullptr;
}

/** The first column whose name in the view is not that in the table; nullptr if none. */
RenameStmt *find_renamed_column(Oid tview, Oid of_view) {
    Relation table = relation_open(tview, AccessShareLock);
    Relation view = relation_open(of_view, AccessShareLock);
    RenameStmt *rename = nullptr;
    int in_table = 0;
    int in_view = 0;
    while (rename == nullptr) {
        const Form_pg_attribute column = next_column(table, &in_table);
        const Form_pg_attribute view_column = next_column(view, &in_view);
        if (column == nullptr || view_column == nullptr)
            break;
        if (strcmp(NameStr(column->attname), NameStr(view_column->attname)) == 0)
            continue;
        rename = makeNode(RenameStmt);
        rename->renameType = OBJECT_COLUMN;
        rename->relationType = OBJECT_VIEW;
        rename->relation = makeRangeVar(get_namespace_name(get_rel_namespace(of_view)), get_rel_name(of_view), -1);
        rename->subname = pstrdup(NameStr(view_column->attname));
        rename->newname = pstrdup(NameStr(column->attname));
    }
    relation_close(view, AccessShareLock);
    relation_close(table, AccessShareLock);
    return rename;
}

void rename_in_key(catalog::TView row, const RenameStmt *rename) {
    ListCell *cell;
    foreach (cell, row.key)
        if (strcmp(static_cast<char *>(lfirst(cell)), rename->subname) == 0)
            lfirst(cell) = rename->newname;
    catalog::update_tview(row);
}

/** Gives the view's column the name that the TVIEW's has now; nullptr: none was renamed. */
RenameStmt *rename_column(Oid tview, Oid view) {
    RenameStmt *rename = find_renamed_column(tview, view);
    if (rename != nullptr)
        (void)renameatt(rename);
    CommandCounterIncrement();
    return rename;
}

void follow_column_name(const catalog::TView &row) {
    const RenameStmt *rename = rename_column(row.relid, row.view);
    if (rename == nullptr)
        return;
    rename_in_key(row, rename);
    const catalog::Companion companion = catalog::find_companion(row.relid);
    const pg::ActAs superuser(BOOTSTRAP_SUPERUSERID); // of a view in schema tview
    if (OidIsValid(companion.table))
        (void)rename_column(row.relid, companion.view);
}

void refuse_subcommand(const catalog::TView &row, const char *what) {
    raise(Unsupported{psprintf("cannot %s tview \"%s\"", what, get_rel_name(row.relid)),
                      "The contents of a TVIEW follow from its query.", nullptr});
}

void check_subcommands(const catalog::TView &row, const AlterTableStmt *statement) {
    ListCell *cell;
    foreach (cell, statement->cmds) {
        switch (lfirst_node(AlterTableCmd, cell)->subtype) {
        case AT_AddInherit:
        case AT_AddOf:
            refuse_subcommand(row, "change the inheritance or type of");
            break;
        case AT_SetUnLogged:
            refuse_subcommand(row, "turn off logging of");
            break;
        case AT_ForceRowSecurity:
            refuse_subcommand(row, "force row-level security on the owner of");
            break;
        default:
            break;
        }
    }
}

} // namespace

void table_altered(const catalog::TView &row, const Node *statement) {
    if (statement != nullptr && IsA(statement, AlterTableStmt))
        check_subcommands(row, castNode(AlterTableStmt, const_cast<Node *>(statement)));
    follow_owner(row);
    follow_schema(row);
    if (statement != nullptr && IsA(statement, RenameStmt))
        follow_column_name(row);
    if (!same_columns_as(row.relid, row.view))
        raise(Unsupported{psprintf("cannot change the columns of tview \"%s\"", get_rel_name(row.relid)),
                          "The columns of a TVIEW are those of its query.", "Use CREATE OR REPLACE TVIEW."});
}

} // namespace pgtv::ddl
