// A DDL command has changed something TVIEWs are made from: their dependencies, capture triggers and contents
// follow. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/source_changed.hpp"

#include "ddl/alter_tview.hpp"
#include "ddl/companion.hpp"
#include "ddl/dependents.hpp"
#include "ddl/lock_order.hpp"
#include "ddl/our_triggers.hpp"
#include "ddl/rule_change.hpp"
#include "ddl/table_columns.hpp"
#include "ddl/tview_build.hpp"
#include "pg/bridge.hpp"
#include "pg/error_context.hpp"
#include "pg/identity.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/analysis.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::ddl {
namespace {

/** What a command may have done to a table that TVIEWs read, without a trigger seeing it. */
enum class Effect { none, rights /* who may read it */, columns /* names, number */, rows };

constexpr AlterTableType right_subcommands[] = {AT_EnableRowSecurity, AT_ForceRowSecurity};
constexpr AlterTableType column_subcommands[] = {AT_AddColumn, AT_DropColumn};

/** Subcommands of ALTER TABLE that change rows, or where they are. Triggers: see reenabled_triggers. */
constexpr AlterTableType row_subcommands[] = {
    AT_AlterColumnType, AT_AlterColumnGenericOptions,
    AT_DropExpression,  AT_SetUnLogged,
    AT_AddInherit,      AT_DropInherit,
    AT_GenericOptions,  AT_AttachPartition,
    AT_DetachPartition, AT_DetachPartitionFinalize,
};

template <size_t size>
bool is_among(const AlterTableType (&types)[size], AlterTableType type) {
    return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

Effect effect_of_alter(const AlterTableStmt *statement) {
    Effect effect = Effect::none;
    ListCell *cell;
    foreach (cell, statement->cmds) {
        const AlterTableType type = lfirst_node(AlterTableCmd, cell)->subtype;
        if (is_among(row_subcommands, type) || compat::rewrites_rows(type))
            return Effect::rows;
        if (is_among(column_subcommands, type))
            effect = Effect::columns;
        else if (is_among(right_subcommands, type))
            effect = std::max(effect, Effect::rights);
    }
    return effect;
}

Effect effect_of(const Node *statement) {
    if (statement == nullptr)
        return Effect::rows;
    switch (nodeTag(statement)) {
    case T_AlterTableStmt:
        return effect_of_alter(reinterpret_cast<const AlterTableStmt *>(statement));
    case T_RenameStmt:
        return Effect::columns;
    case T_CreateStmt: // a new partition or child: it is empty, but needs triggers
    case T_CreateForeignTableStmt:
        return Effect::columns;
    case T_RefreshMatViewStmt:
    case T_CreateSchemaStmt:
    case T_AlterTableMoveAllStmt:
        return Effect::rows;
    default:
        return Effect::none;
    }
}

/** A whole-row reference shows new columns and new names. */
bool reads_whole_row(List *sources, Oid source) {
    ListCell *cell;
    foreach (cell, sources) {
        const auto *one = static_cast<const analysis::Source *>(lfirst(cell));
        if (one->relid == source)
            return bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, one->columns);
    }
    return false;
}

/** Recomputes a TVIEW, now or on its schedule; for changes that no source shows. */
void recompute(const catalog::TView &row) {
    if (!row.populated || row.refresh == catalog::RefreshMode::manual)
        return;
    if (row.refresh == catalog::RefreshMode::scheduled)
        maintenance::queue_everything(row.relid);
    else
        (void)maintenance::refresh_full(row.relid);
}

/** The same query may read or call something else now. */
void check_again(const catalog::TView &row) {
    Relation view = relation_open(row.view, AccessShareLock);
    const Query *query = pg::copy_node(get_view_query(view));
    relation_close(view, AccessShareLock);
    const pg::ErrorContext context(
        "checking", psprintf("%s.%s", get_namespace_name(get_rel_namespace(row.relid)), get_rel_name(row.relid)));
    check_definition(query, row.refresh, pg::relation_owner(row.relid));
}

/** Something between the backing view and the sources was redefined: everything is looked at again. */
void rewire(Oid tview) {
    const catalog::TView *found = catalog::find_tview(tview);
    if (found == nullptr) // a companion that was renewed
        return;
    const catalog::TView row = *found;
    check_again(row);
    List *former = catalog::sources_of(tview);
    renew_companion(row);
    ListCell *cell;
    foreach (cell, former)
        capture::remove_unused_triggers(lfirst_oid(cell));
    recompute(row);
}

void rewire_all(List *tviews) {
    ListCell *cell;
    foreach (cell, tviews)
        rewire(lfirst_oid(cell));
}

/** A view behind a TVIEW keeps the TVIEW's columns, whatever is done to it by hand. */
void require_columns(const catalog::TView &row) {
    if (!same_columns_as(row.relid, row.view))
        raise(Unsupported{psprintf("cannot change the columns of view \"%s\"", get_rel_name(row.view)),
                          psprintf("It holds the query of tview \"%s\".", get_rel_name(row.relid)),
                          "Use CREATE OR REPLACE TVIEW."});
}

/**
 * pg_dump creates some views with a placeholder first and replaces it when the table's primary key is there: the
 * catalog then knows more of the view than its query says, and nothing is to be concluded from that query.
 */
bool is_placeholder(Oid view, const List *tviews) {
    Relation relation = relation_open(view, AccessShareLock);
    const Query *query = relation->rd_rel->relkind == RELKIND_VIEW ? get_view_query(relation) : nullptr;
    const bool reads_nothing = query != nullptr && query->jointree->fromlist == NIL && query->setOperations == nullptr;
    relation_close(relation, AccessShareLock);
    if (!reads_nothing)
        return false;
    ListCell *cell;
    foreach (cell, tviews)
        if (catalog::walks_through(lfirst_oid(cell), view))
            return true;
    return false;
}

/** Records again what `tview` reads of `source`; true if a change of the columns alone shows in the TVIEW. */
bool renew_dependencies(Oid tview, Oid source) {
    const catalog::TView *row = catalog::get_tview(tview);
    if (is_placeholder(row->view, list_make1_oid(tview)))
        return false;
    check_again(*row);
    List *sources = find_sources(*row);
    catalog::replace_dependencies(tview, sources);
    return reads_whole_row(sources, source);
}

void check_all(List *tviews) {
    ListCell *cell;
    foreach (cell, tviews) {
        const catalog::TView *row = catalog::get_tview(lfirst_oid(cell));
        if (!is_placeholder(row->view, list_make1_oid(row->relid)))
            check_again(*row);
    }
}

void source_altered(Oid source, Effect effect) {
    List *tviews = catalog::tviews_reading(source);
    if (tviews == NIL || effect == Effect::none)
        return;
    if (effect == Effect::rights) {
        check_all(tviews);
        return;
    }
    bool recompute_all = effect == Effect::rows;
    ListCell *cell;
    foreach (cell, tviews)
        recompute_all = renew_dependencies(lfirst_oid(cell), source) || recompute_all;
    const char kind = get_rel_relkind(source);
    if (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE)
        capture::install_triggers(source);
    if (recompute_all)
        capture::mark_whole(source);
}

/** The view whose placeholder the command that is running replaces. Set and cleared at its start and end. */
Oid placeholder_replaced = InvalidOid;

void view_changed(Oid view, const Node *statement) {
    const catalog::TView *row = catalog::find_tview_by_view(view);
    const bool redefined = statement == nullptr || IsA(statement, ViewStmt) || IsA(statement, CreateSchemaStmt);
    if (row != nullptr)
        require_columns(*row);
    if (!redefined || view == placeholder_replaced)
        return;
    refuse_companion(row != nullptr ? row->relid : view, "change the query of");
    rewire_all(tviews_depending_on(RelationRelationId, view));
}

/** Rows of a child would be rows of the TVIEW. */
void refuse_children(List *relation_and_ancestors) {
    ListCell *cell;
    for_each_from(cell, relation_and_ancestors, 1) {
        if (catalog::find_tview(lfirst_oid(cell)) != nullptr)
            raise(Unsupported{psprintf("cannot inherit from tview \"%s\"", get_rel_name(lfirst_oid(cell))),
                              "The contents of a TVIEW follow from its query.", nullptr});
    }
}

void table_changed(Oid relid, Effect effect) {
    List *relations = with_ancestors(relid);
    refuse_children(relations);
    ListCell *cell;
    foreach (cell, relations)
        source_altered(lfirst_oid(cell), effect);
}

/** Values of the type look different now, wherever they are stored. */
void type_changed(Oid type, const Node *statement) {
    const bool renamed = statement != nullptr && IsA(statement, AlterEnumStmt)
                             ? reinterpret_cast<const AlterEnumStmt *>(statement)->oldVal != nullptr
                             : statement == nullptr || IsA(statement, RenameStmt);
    if (!renamed)
        return;
    ListCell *cell;
    foreach (cell, tables_using_type(type))
        table_changed(lfirst_oid(cell), Effect::rows);
}

void relation_changed(Oid relid, const Node *statement) {
    const char kind = get_rel_relkind(relid);
    if (kind == RELKIND_VIEW) {
        view_changed(relid, statement);
        return;
    }
    if (kind == RELKIND_COMPOSITE_TYPE) {
        type_changed(get_rel_type_id(relid), nullptr);
        return;
    }
    const catalog::TView *row = catalog::find_tview(relid);
    if (row != nullptr)
        table_altered(*row, statement);
    const EnabledAgain enabled = check_our_triggers(relid, statement);
    if (row != nullptr && enabled.guard)
        recompute(*catalog::get_tview(relid));
    table_changed(relid, enabled.capture ? Effect::rows : effect_of(statement));
}

void function_changed(Oid function, const Node *statement) {
    if (statement != nullptr && !IsA(statement, RenameStmt) && !IsA(statement, AlterObjectSchemaStmt))
        rewire_all(tviews_depending_on(ProcedureRelationId, function));
}

void mark_with_ancestors(Oid relid) {
    ListCell *cell;
    foreach (cell, with_ancestors(relid))
        if (catalog::tviews_reading(lfirst_oid(cell)) != NIL)
            capture::mark_whole(lfirst_oid(cell));
}

/** What was kept for a TVIEW is gone; its own rows are, and what has yet to reach them was to come from there. */
void do_without(const catalog::Companion &companion) {
    drop_companion_of(companion);
    const catalog::TView *found = catalog::find_tview(companion.tview);
    if (found == nullptr)
        return;
    const catalog::TView row = *found;
    connect_sources(row);
    recompute(row);
}

void tview_dropped(const catalog::TView *row) {
    List *sources = catalog::sources_of(row->relid);
    maintenance::forget(row->relid);
    maintenance::discard_queue(row->relid);
    catalog::delete_tview(row->relid);
    ListCell *cell;
    foreach (cell, sources)
        if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(lfirst_oid(cell))))
            capture::remove_unused_triggers(lfirst_oid(cell));
}

void watch_drop(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id) {
    if (access != OAT_DROP || class_id != RelationRelationId || sub_id != 0 || !catalog::extension_installed())
        return;
    const char kind = get_rel_relkind(object_id);
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_FOREIGN_TABLE)
        return;
    ListCell *cell;
    for_each_from(cell, with_ancestors(object_id), 1) {
        if (catalog::tviews_reading(lfirst_oid(cell)) != NIL)
            capture::mark_whole(lfirst_oid(cell));
    }
}

object_access_hook_type previous_object_access_hook = nullptr;

void object_access(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void *argument) {
    pg::boundary([=] {
        if (previous_object_access_hook != nullptr)
            previous_object_access_hook(access, class_id, object_id, sub_id, argument);
        watch_drop(access, class_id, object_id, sub_id);
    });
}

} // namespace

void command_begins(const Node *statement) {
    placeholder_replaced = InvalidOid;
    lock_sources_before(statement);
    note_disabled_triggers(statement);
    rules_may_change(statement);
    if (!IsA(statement, ViewStmt))
        return;
    const Oid view = RangeVarGetRelid(reinterpret_cast<const ViewStmt *>(statement)->view, NoLock, true);
    if (OidIsValid(view) && is_placeholder(view, tviews_depending_on(RelationRelationId, view)))
        placeholder_replaced = view;
}

void object_changed(const FinishedCommand &command) {
    if (command.class_id == RelationRelationId)
        relation_changed(command.object_id, command.statement);
    else if (command.class_id == ProcedureRelationId)
        function_changed(command.object_id, command.statement);
    else if (command.class_id == TypeRelationId)
        type_changed(command.object_id, command.statement);
    else if (command.class_id == TriggerRelationId)
        trigger_changed(command.object_id, command.statement);
    else if (command.class_id == RewriteRelationId)
        rule_created(command.object_id);
}

void relation_dropped(Oid relid) {
    const catalog::Companion companion = catalog::find_companion_row(relid);
    const catalog::TView *row = catalog::find_tview(relid);
    if (row == nullptr)
        row = catalog::find_tview_by_view(relid);
    if (row != nullptr)
        tview_dropped(row);
    if (OidIsValid(companion.tview) && SearchSysCacheExists1(RELOID, ObjectIdGetDatum(companion.tview)))
        do_without(companion);
}

void mark_former_parents(const Node *statement) {
    if (statement == nullptr || !IsA(statement, AlterTableStmt))
        return;
    const auto *alter = reinterpret_cast<const AlterTableStmt *>(statement);
    ListCell *cell;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        const RangeVar *child = nullptr;
        if (command->subtype == AT_DropInherit) {
            mark_with_ancestors(RangeVarGetRelid(reinterpret_cast<RangeVar *>(command->def), NoLock, true));
            child = alter->relation;
        } else if (command->subtype == AT_DetachPartition) {
            child = reinterpret_cast<PartitionCmd *>(command->def)->name;
        }
        const Oid former_child = child == nullptr ? InvalidOid : RangeVarGetRelid(child, NoLock, true);
        if (OidIsValid(former_child))
            capture::remove_unused_triggers(former_child);
    }
}

void watch_drops() {
    previous_object_access_hook = object_access_hook;
    object_access_hook = object_access;
}

} // namespace pgtv::ddl
