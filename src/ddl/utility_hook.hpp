// The ProcessUtility hook and the commands it handles. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** A utility command on its way to the server. */
struct UtilityCommand {
    PlannedStmt *planned;
    const char *query_string;
    bool read_only_tree;
    ProcessUtilityContext context;
    ParamListInfo parameters;
    QueryEnvironment *environment;
    DestReceiver *receiver;
    QueryCompletion *completion;

    [[nodiscard]] Node *statement() const {
        return planned->utilityStmt;
    }
};

/** The statement may be changed: a copy is made if the tree belongs to somebody else. */
Node *own_statement(UtilityCommand *command);

/**
 * Handles the command if it is about TVIEWs; true if nothing is left to do. Otherwise it may have become another
 * command, on a copy of the statement.
 */
bool handle_tview_statement(UtilityCommand *command);

/** May the command change what captured tables are made of? */
bool changes_definitions(const Node *statement);

/** Is it a command during which tables are written to row by row (COPY FROM)? */
bool writes_rows(const Node *statement);

} // namespace pgtv::ddl
