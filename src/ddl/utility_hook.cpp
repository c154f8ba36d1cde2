// The ProcessUtility hook: TVIEW commands are handled, others pass; around each, maintenance learns that a command
// begins and ends. Lifetime: a statement; the hook itself: backend.

#include "pg/postgres.hpp"
#include "ddl/utility_hook.hpp"

#include "ddl/source_changed.hpp"
#include "ddl/tview_keyword.hpp"
#include "ddl/tview_statement.hpp"
#include "maintenance/hooks.hpp"
#include "pg/bridge.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/ddl.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::ddl {
namespace {

ProcessUtility_hook_type previous_hook = nullptr;

void pass_on(const UtilityCommand &command) {
    const ProcessUtility_hook_type next = previous_hook != nullptr ? previous_hook : standard_ProcessUtility;
    next(command.planned, command.query_string, command.read_only_tree, command.context, command.parameters,
         command.environment, command.receiver, command.completion);
}

/** In an aborted transaction nothing may be looked up; without the extension only the word TVIEW is ours. */
bool concerns_us(const Node *statement) {
    return IsTransactionState() && (catalog::extension_installed() || tview_command(statement) != TViewCommand::none);
}

/** Images of changed rows are laid out as their table was: consume them before it changes. */
void flush_before(const UtilityCommand &command) {
    if (changes_definitions(command.statement()) && command.context != PROCESS_UTILITY_SUBCOMMAND &&
        capture::anything_pending() && maintenance::flush_possible())
        (void)maintenance::flush(maintenance::FlushScope::all);
}

void run(UtilityCommand *command) {
    const bool modifies = writes_rows(command->statement());
    flush_before(*command);
    maintenance::utility_begin(modifies);
    if (!handle_tview_statement(command))
        pass_on(*command);
    maintenance::utility_end(modifies);
}

void process_utility(PlannedStmt *planned, const char *query_string, bool read_only_tree, ProcessUtilityContext context,
                     ParamListInfo parameters, QueryEnvironment *environment, DestReceiver *receiver,
                     QueryCompletion *completion) {
    pg::boundary([=] {
        UtilityCommand command = {planned,    query_string, read_only_tree, context,
                                  parameters, environment,  receiver,       completion};
        // COMMIT, ROLLBACK …: the transaction callbacks do what is due then.
        if (IsA(planned->utilityStmt, TransactionStmt) || !concerns_us(planned->utilityStmt))
            pass_on(command);
        else
            run(&command);
    });
}

} // namespace

Node *own_statement(UtilityCommand *command) {
    if (command->read_only_tree) {
        command->planned = pg::copy_node(command->planned);
        command->read_only_tree = false;
    }
    return command->statement();
}

void initialize() {
    install_keyword();
    install_statement_marker();
    previous_hook = ProcessUtility_hook;
    ProcessUtility_hook = process_utility;
    watch_drops();
}

} // namespace pgtv::ddl
