// Tells TVIEW commands from the TABLE and VIEW commands as which they were parsed. The spelling is read from the
// source text once, at parse analysis, where text and statement are known to belong together, and is kept in the
// parse tree: as a qualification of the relation's name that no database can have. So cached plans, PL/pgSQL and
// the extended protocol carry it along, and a TVIEW command which nobody handles fails instead of creating,
// changing or dropping a plain table. Lifetime: the statement.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

enum class TViewCommand { none, create, create_or_replace, drop, alter, comment };

/** Which TVIEW command `statement` (a utility statement after parse analysis) was spelled as. */
TViewCommand tview_command(const Node *statement);

/** A copy of `statement` whose names are what the user wrote, without the mark. */
Node *copy_unmarked(const Node *statement);

/** Installs the post_parse_analyze hook that marks. Called once from _PG_init. */
void install_statement_marker();

} // namespace pgtv::ddl
