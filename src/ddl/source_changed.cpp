// A DDL command has changed something TVIEWs are made from: their dependencies, capture triggers and contents
// follow. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/source_changed.hpp"

#include "ddl/alter_tview.hpp"
#include "ddl/dependents.hpp"
#include "ddl/our_triggers.hpp"
#include "ddl/table_columns.hpp"
#include "ddl/tview_build.hpp"
#include "pg/bridge.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/analysis.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::ddl {
namespace {

/** Subcommands of ALTER TABLE that leave every row of the table as it is. */
constexpr AlterTableType harmless_subcommands[] = {
    AT_AddColumn,          AT_ColumnDefault,   AT_DropNotNull,       AT_SetNotNull,         AT_SetStatistics,
    AT_SetOptions,         AT_ResetOptions,    AT_SetStorage,        AT_SetCompression,     AT_DropColumn,
    AT_AddIndex,           AT_AddConstraint,   AT_AlterConstraint,   AT_ValidateConstraint, AT_AddIndexConstraint,
    AT_DropConstraint,     AT_ChangeOwner,     AT_ClusterOn,         AT_DropCluster,        AT_SetLogged,
    AT_SetTableSpace,      AT_SetAccessMethod, AT_SetRelOptions,     AT_ResetRelOptions,    AT_DisableTrig,
    AT_DisableTrigAll,     AT_DisableTrigUser, AT_EnableRule,        AT_EnableAlwaysRule,   AT_EnableReplicaRule,
    AT_DisableRule,        AT_ReplicaIdentity, AT_EnableRowSecurity, AT_DisableRowSecurity, AT_ForceRowSecurity,
    AT_NoForceRowSecurity, AT_AddIdentity,     AT_SetIdentity,       AT_DropIdentity,
};

bool is_harmless(AlterTableType type) {
    return std::find(std::begin(harmless_subcommands), std::end(harmless_subcommands), type) !=
           std::end(harmless_subcommands);
}

/** May the command have changed which rows a source has, or what they look like, without a trigger seeing it? */
bool changes_rows(const Node *statement) {
    if (statement == nullptr)
        return true;
    switch (nodeTag(statement)) {
    case T_AlterTableStmt: {
        ListCell *cell;
        foreach (cell, reinterpret_cast<const AlterTableStmt *>(statement)->cmds)
            if (!is_harmless(lfirst_node(AlterTableCmd, cell)->subtype))
                return true;
        return false;
    }
    case T_RenameStmt:
    case T_AlterObjectSchemaStmt:
    case T_CreateStmt: // a new partition or child is empty
    case T_CreateTableAsStmt:
    case T_CreateForeignTableStmt:
    case T_IndexStmt:
    case T_CreateStatsStmt:
    case T_CreateSeqStmt:
    case T_AlterSeqStmt:
    case T_CommentStmt:
        return false;
    default:
        return true;
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

/** Recomputes a TVIEW now; for changes that no source shows. */
void recompute(const catalog::TView &row) {
    if (!row.populated || row.refresh == catalog::RefreshMode::manual)
        return;
    (void)maintenance::refresh_full(row.relid);
}

/** Something between the backing view and the sources was redefined: everything is looked at again. */
void rewire(Oid tview) {
    const catalog::TView row = *catalog::get_tview(tview);
    Relation view = relation_open(row.view, AccessShareLock);
    Query *query = pg::copy_node(get_view_query(view));
    relation_close(view, AccessShareLock);
    check_definition(query, row.refresh);
    List *former = catalog::sources_of(tview);
    connect_sources(row);
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

/** The view behind a TVIEW was replaced or altered by hand. */
void backing_view_changed(const catalog::TView &row) {
    if (!same_columns_as(row.relid, row.view))
        raise(Unsupported{psprintf("cannot change the columns of view \"%s\"", get_rel_name(row.view)),
                          psprintf("It holds the query of tview \"%s\".", get_rel_name(row.relid)),
                          "Use CREATE OR REPLACE TVIEW."});
    rewire(row.relid);
}

/** Records again what `tview` reads of `source`; true if a change of the columns alone shows in the TVIEW. */
bool renew_dependencies(Oid tview, Oid source) {
    const catalog::TView *row = catalog::get_tview(tview);
    List *sources = analysis::find_sources(row->view, tview);
    catalog::replace_dependencies(tview, sources);
    return reads_whole_row(sources, source);
}

void source_altered(Oid source, const Node *statement) {
    List *tviews = catalog::tviews_reading(source);
    if (tviews == NIL)
        return;
    bool recompute_all = changes_rows(statement);
    ListCell *cell;
    foreach (cell, tviews)
        recompute_all = renew_dependencies(lfirst_oid(cell), source) || recompute_all;
    const char kind = get_rel_relkind(source);
    if (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE)
        capture::install_triggers(source);
    if (recompute_all)
        capture::mark_whole(source);
}

void relation_changed(Oid relid, const Node *statement) {
    const catalog::TView *row = catalog::find_tview(relid);
    if (row != nullptr)
        table_altered(*row, statement);
    const char kind = get_rel_relkind(relid);
    if (kind == RELKIND_VIEW) {
        const catalog::TView *owner = catalog::find_tview_by_view(relid);
        if (owner != nullptr)
            backing_view_changed(*owner);
        else
            rewire_all(tviews_depending_on(RelationRelationId, relid));
        return;
    }
    check_our_triggers(relid, statement);
    ListCell *cell;
    foreach (cell, with_ancestors(relid))
        source_altered(lfirst_oid(cell), statement);
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

void object_changed(const FinishedCommand &command) {
    if (command.class_id == RelationRelationId)
        relation_changed(command.object_id, command.statement);
    else if (command.class_id == ProcedureRelationId)
        function_changed(command.object_id, command.statement);
    else if (command.class_id == TriggerRelationId)
        trigger_created(command.object_id);
    else if (command.class_id == RewriteRelationId)
        rule_created(command.object_id);
}

void relation_dropped(Oid relid) {
    const catalog::TView *row = catalog::find_tview(relid);
    if (row == nullptr)
        row = catalog::find_tview_by_view(relid);
    if (row == nullptr)
        return;
    List *sources = catalog::sources_of(row->relid);
    maintenance::forget(row->relid);
    catalog::delete_tview(row->relid);
    ListCell *cell;
    foreach (cell, sources)
        if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(lfirst_oid(cell))))
            capture::remove_unused_triggers(lfirst_oid(cell));
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
