// Kind of statement → what it means for TVIEWs. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/utility_hook.hpp"

#include "ddl/alter_tview.hpp"
#include "ddl/create_request.hpp"
#include "ddl/drop_tview.hpp"
#include "ddl/materialized_view.hpp"
#include "ddl/tview_options.hpp"
#include "ddl/tview_statement.hpp"
#include "pg/bridge.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/ddl.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::ddl {
namespace {

void complete(const UtilityCommand &command, CommandTag tag) {
    if (command.completion != nullptr)
        SetQueryCompletion(command.completion, tag, 0);
}

CreateRequest request_from(const UtilityCommand &command, const Node *statement) {
    const PlannedStmt *planned = command.planned;
    return IsA(statement, ViewStmt)
               ? request_from_view(reinterpret_cast<const ViewStmt *>(statement), command.query_string,
                                   planned->stmt_location, planned->stmt_len)
               : request_from_create_as(reinterpret_cast<const CreateTableAsStmt *>(statement), command.query_string);
}

/** Between the event triggers of others, as the server does it for its own commands. */
void create_and_report(const CreateRequest &request, Node *statement) {
    EventTriggerDDLCommandStart(statement);
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, create_tview(request));
    EventTriggerCollectSimpleCommand(address, InvalidObjectAddress, statement);
    EventTriggerSQLDrop(statement);
    EventTriggerDDLCommandEnd(statement);
}

void create_from(UtilityCommand *command, Node *statement) {
    const CreateRequest request = request_from(*command, statement);
    const bool reporting = command->context != PROCESS_UTILITY_SUBCOMMAND && EventTriggerBeginCompleteQuery();
    pg::finally([&] { create_and_report(request, statement); },
                [=] {
                    if (reporting)
                        EventTriggerEndCompleteQuery();
                });
    complete(*command, CMDTAG_CREATE_MATERIALIZED_VIEW);
}

/** The statement becomes that on the table, which the server then executes. */
void become_table_statement(UtilityCommand *command, Node *unmarked) {
    command->planned = pg::copy_node(command->planned);
    command->planned->utilityStmt = unmarked;
    command->read_only_tree = false;
}

bool handle_spelled(UtilityCommand *command, TViewCommand kind) {
    Node *statement = copy_unmarked(command->statement());
    switch (kind) {
    case TViewCommand::create:
    case TViewCommand::create_or_replace:
        create_from(command, statement);
        return true;
    case TViewCommand::drop:
        check_drop_tview(castNode(DropStmt, statement));
        if (castNode(DropStmt, statement)->objects == NIL) {
            complete(*command, CMDTAG_DROP_TABLE);
            return true;
        }
        become_table_statement(command, statement);
        return false;
    case TViewCommand::alter:
    case TViewCommand::comment:
        check_alter_tview(statement);
        adapt_statement(statement);
        become_table_statement(command, statement);
        return false;
    case TViewCommand::none:
        break;
    }
    return false;
}

bool handle_create_as(UtilityCommand *command) {
    auto *statement = castNode(CreateTableAsStmt, command->statement());
    if (statement->objtype != OBJECT_MATVIEW || statement->into->options == NIL)
        return false;
    statement = castNode(CreateTableAsStmt, own_statement(command));
    if (!wants_tview(statement))
        return false;
    statement->into->options = without_tview_option(statement->into->options);
    create_from(command, reinterpret_cast<Node *>(statement));
    return true;
}

bool handle_refresh(UtilityCommand *command) {
    const auto *statement = castNode(RefreshMatViewStmt, command->statement());
    const Oid tview = refreshed_tview(statement);
    if (!OidIsValid(tview))
        return false;
    refresh_tview(statement, tview);
    complete(*command, CMDTAG_REFRESH_MATERIALIZED_VIEW);
    return true;
}

} // namespace

bool handle_tview_statement(UtilityCommand *command) {
    const TViewCommand kind = tview_command(command->statement());
    if (kind != TViewCommand::none)
        return handle_spelled(command, kind);
    switch (nodeTag(command->statement())) {
    case T_CreateTableAsStmt:
        return handle_create_as(command);
    case T_RefreshMatViewStmt:
        return handle_refresh(command);
    case T_AlterTableStmt:
    case T_RenameStmt:
    case T_AlterObjectSchemaStmt:
    case T_CommentStmt:
    case T_DropStmt:
        adapt_statement(own_statement(command));
        return false;
    default:
        return false;
    }
}

bool changes_definitions(const Node *statement) {
    switch (nodeTag(statement)) {
    case T_AlterTableStmt:
    case T_AlterTableMoveAllStmt:
    case T_AlterTypeStmt:
    case T_AlterEnumStmt:
    case T_RenameStmt:
    case T_AlterObjectSchemaStmt:
    case T_AlterOwnerStmt:
    case T_ReassignOwnedStmt:
    case T_DropStmt:
    case T_DropOwnedStmt:
    case T_CreateTrigStmt:
    case T_CreateFunctionStmt:
    case T_AlterFunctionStmt:
    case T_CreateTableAsStmt:
    case T_ViewStmt:
    case T_RefreshMatViewStmt:
    case T_CreateExtensionStmt:
    case T_AlterExtensionStmt:
    case T_ClusterStmt:
        return true;
    default:
        return false;
    }
}

bool writes_rows(const Node *statement) {
    return IsA(statement, CopyStmt) && reinterpret_cast<const CopyStmt *>(statement)->is_from;
}

} // namespace pgtv::ddl
