// Subcommands of ALTER TABLE, run on our own account. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** Runs `commands` (of AlterTableCmd) on `relid`, unseen by event triggers. */
void alter_table(Oid relid, List *commands);

/** One subcommand, with the name it may need. */
AlterTableCmd *make_alter_command(AlterTableType type, const char *name = nullptr, Node *definition = nullptr);

} // namespace pgtv::ddl
