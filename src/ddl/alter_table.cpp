// Subcommands of ALTER TABLE, run on our own account. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/alter_table.hpp"

#include "pg/bridge.hpp"

namespace pgtv::ddl {

void alter_table(Oid relid, List *commands) {
    // Inside another command that collects for event triggers, ALTER TABLE would write to a collection which that
    // command has not begun.
    EventTriggerInhibitCommandCollection();
    pg::finally([=] { AlterTableInternal(relid, commands, false); },
                [] { EventTriggerUndoInhibitCommandCollection(); });
    CommandCounterIncrement();
}

AlterTableCmd *make_alter_command(AlterTableType type, const char *name, Node *definition) {
    AlterTableCmd *command = makeNode(AlterTableCmd);
    command->subtype = type;
    command->name = name == nullptr ? nullptr : pstrdup(name);
    command->def = definition;
    command->behavior = DROP_RESTRICT;
    return command;
}

} // namespace pgtv::ddl
