// ALTER TVIEW: its forms become ALTER TABLE; options of ours are carried out here. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/alter_tview.hpp"

#include "ddl/companion.hpp"
#include "ddl/drop_tview.hpp"
#include "ddl/lock_order.hpp"
#include "ddl/tview_build.hpp"
#include "ddl/tview_options.hpp"
#include "ddl/tview_relations.hpp"
#include "pg/identity.hpp"
#include "pg/names.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::ddl {
namespace {

const catalog::TView *find_named_tview(const RangeVar *name) {
    return name == nullptr ? nullptr : catalog::find_tview(RangeVarGetRelid(name, NoLock, true));
}

Query *stored_query(Oid view) {
    Relation relation = relation_open(view, AccessShareLock);
    Query *query = pg::copy_node(get_view_query(relation));
    relation_close(relation, AccessShareLock);
    return query;
}

bool is_maintained(catalog::RefreshMode refresh) {
    return freshness_of(refresh) == analysis::Freshness::maintained;
}

/**
 * From now on changes reach the TVIEW another way. Writers to its sources are waited for and locked out, so that each
 * change goes either the old way or the new one.
 */
void change_refresh(const catalog::TView &before, const catalog::TView &after) {
    if (!is_maintained(after.refresh) && OidIsValid(catalog::find_companion(after.relid).table)) {
        (void)maintenance::flush(maintenance::FlushScope::all);
        drop_companion(after.relid);
    }
    if (is_maintained(after.refresh) && !is_maintained(before.refresh))
        check_definition(stored_query(after.view), after.refresh, pg::relation_owner(after.relid));
    connect_sources(after);
    if (after.populated && before.refresh == catalog::RefreshMode::scheduled && is_maintained(after.refresh))
        (void)maintenance::drain(after.relid);
    catalog::update_tview(after);
    if (after.populated && before.refresh == catalog::RefreshMode::manual)
        (void)maintenance::refresh_full(after.relid);
    make_companion(after);
    maintenance::begin_queue(after.relid);
}

/** The companion is brought up to date when the TVIEW is. */
void update_with_companion(const catalog::TView &row) {
    catalog::update_tview(row);
    const Oid companion = catalog::find_companion(row.relid).table;
    if (!OidIsValid(companion))
        return;
    catalog::TView own = *catalog::get_tview(companion);
    own.refresh = row.refresh;
    catalog::update_tview(own);
}

/** Catalog first, then what follows from it: capture, contents, indexes. */
void change_options(const catalog::TView &before, const catalog::TView &after) {
    const bool both_maintained = is_maintained(before.refresh) && is_maintained(after.refresh);
    if (before.refresh == after.refresh || both_maintained)
        update_with_companion(after);
    else
        change_refresh(before, after);
    if (before.refresh == catalog::RefreshMode::scheduled && after.refresh != catalog::RefreshMode::scheduled)
        maintenance::discard_queue(after.relid);
    pg::RunAs owner(pg::relation_owner(after.relid));
    const plan::Rule *rule = maintenance::get_rule(after.relid);
    create_key_indexes(rule);
}

/** Takes those of `options` that are ours out of the list; the others are returned. */
List *take_options(List *options, List **ours) {
    List *storage = NIL;
    ListCell *cell;
    foreach (cell, options) {
        auto *option = lfirst_node(DefElem, cell);
        if (option->defnamespace == nullptr && is_tview_option(option->defname))
            *ours = lappend(*ours, option);
        else
            storage = lappend(storage, option);
    }
    return storage;
}

/** What the TVIEW has, with what is given in its place. */
void set_options(const TViewOptions &given, catalog::TView *row) {
    TViewOptions options = given;
    if (!given.refresh_given)
        options.refresh = row->refresh;
    if (!given.schedule_given)
        options.schedule = row->schedule;
    if (!given.timezone_given)
        options.timezone = row->timezone;
    settle_schedule(&options);
    row->refresh = options.refresh;
    row->schedule = options.schedule;
    row->timezone = options.timezone;
    if (given.key_given)
        row->key = given.key;
}

/** Each option named gets its default. */
TViewOptions defaults_of(List *given) {
    TViewOptions options = {};
    ListCell *cell;
    foreach (cell, given) {
        const char *name = lfirst_node(DefElem, cell)->defname;
        options.refresh_given = options.refresh_given || strcmp(name, "refresh") == 0;
        options.key_given = options.key_given || strcmp(name, "key") == 0;
        options.schedule_given = options.schedule_given || strcmp(name, "schedule") == 0;
        options.timezone_given = options.timezone_given || strcmp(name, "timezone") == 0;
    }
    return options;
}

/** Carries out SET / RESET of our options and leaves the other subcommands in the statement. */
void apply_options(AlterTableStmt *statement, const catalog::TView &before) {
    catalog::TView after = before;
    List *remaining = NIL;
    bool changed = false;
    ListCell *cell;
    foreach (cell, statement->cmds) {
        auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype != AT_SetRelOptions && command->subtype != AT_ResetRelOptions) {
            remaining = lappend(remaining, command);
            continue;
        }
        if (command->subtype == AT_SetRelOptions)
            (void)parse_options(reinterpret_cast<List *>(command->def)); // refuses what is no option at all
        List *ours = NIL;
        List *storage = take_options(reinterpret_cast<List *>(command->def), &ours);
        if (ours != NIL)
            set_options(command->subtype == AT_SetRelOptions ? parse_options(ours) : defaults_of(ours), &after);
        changed = changed || ours != NIL;
        command->def = reinterpret_cast<Node *>(storage);
        if (storage != NIL)
            remaining = lappend(remaining, command);
    }
    statement->cmds = remaining;
    if (!changed)
        return;
    if (!compat::owns_relation(before.relid))
        aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(before.relid));
    refuse_companion(before.relid, "set options of");
    PreventCommandIfReadOnly("ALTER TVIEW"); // on a standby the lock would fail with another error
    lock_sources_of(list_make1_oid(before.relid));
    LockRelationOid(before.relid, ShareRowExclusiveLock);
    change_options(before, after);
}

void adapt_alter_table(AlterTableStmt *statement) {
    if (statement->objtype != OBJECT_MATVIEW && statement->objtype != OBJECT_TABLE)
        return;
    const catalog::TView *row = find_named_tview(statement->relation);
    if (row == nullptr)
        return;
    statement->objtype = OBJECT_TABLE;
    apply_options(statement, *row);
}

void adapt_rename(RenameStmt *statement) {
    if (statement->relation == nullptr || find_named_tview(statement->relation) == nullptr)
        return;
    if (statement->renameType == OBJECT_MATVIEW)
        statement->renameType = OBJECT_TABLE;
    if (statement->relationType == OBJECT_MATVIEW)
        statement->relationType = OBJECT_TABLE;
}

void adapt_set_schema(AlterObjectSchemaStmt *statement) {
    if (statement->objectType == OBJECT_MATVIEW && find_named_tview(statement->relation) != nullptr)
        statement->objectType = OBJECT_TABLE;
}

void adapt_comment(CommentStmt *statement) {
    if (statement->objtype == OBJECT_MATVIEW &&
        find_named_tview(makeRangeVarFromNameList(castNode(List, statement->object))) != nullptr)
        statement->objtype = OBJECT_TABLE;
}

void require_named_tview(const RangeVar *name, bool missing_ok) {
    const Oid relid = RangeVarGetRelid(name, NoLock, true);
    if (!OidIsValid(relid)) {
        if (!missing_ok)
            raise(TViewMissing{name->relname});
    } else if (catalog::find_tview(relid) == nullptr) {
        raise(NotATView{name->relname, pg::relation_kind(relid)});
    }
}

} // namespace

void adapt_statement(Node *statement) {
    switch (nodeTag(statement)) {
    case T_AlterTableStmt:
        adapt_alter_table(castNode(AlterTableStmt, statement));
        break;
    case T_RenameStmt:
        adapt_rename(castNode(RenameStmt, statement));
        break;
    case T_AlterObjectSchemaStmt:
        adapt_set_schema(castNode(AlterObjectSchemaStmt, statement));
        break;
    case T_CommentStmt:
        adapt_comment(castNode(CommentStmt, statement));
        break;
    case T_DropStmt:
        adapt_drop(castNode(DropStmt, statement));
        break;
    default:
        break;
    }
}

void check_alter_tview(Node *statement) {
    switch (nodeTag(statement)) {
    case T_AlterTableStmt: {
        const auto *alter = castNode(AlterTableStmt, statement);
        require_named_tview(alter->relation, alter->missing_ok);
        break;
    }
    case T_RenameStmt: {
        const auto *rename = castNode(RenameStmt, statement);
        require_named_tview(rename->relation, rename->missing_ok);
        break;
    }
    case T_AlterObjectSchemaStmt: {
        const auto *set_schema = castNode(AlterObjectSchemaStmt, statement);
        require_named_tview(set_schema->relation, set_schema->missing_ok);
        break;
    }
    case T_CommentStmt:
        require_named_tview(makeRangeVarFromNameList(castNode(List, castNode(CommentStmt, statement)->object)), false);
        break;
    default:
        raise(Unsupported{"this command cannot be used with a tview", nullptr, nullptr});
    }
}

} // namespace pgtv::ddl
