// ALTER TVIEW and what has to follow when the table of a TVIEW is altered. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::ddl {

/**
 * Makes an ALTER / COMMENT / DROP MATERIALIZED VIEW of a TVIEW the command on its table, and carries out the options
 * that are ours in SET (…) and RESET (…). Changes `statement` in place; leaves alone what is no TVIEW.
 */
void adapt_statement(Node *statement);

/** As adapt_statement, for ALTER TVIEW: raises 42809 / 42704 unless it is about a TVIEW. */
void check_alter_tview(Node *statement);

/** The table of a TVIEW was altered: schema, owner and column names of the backing view follow; others refused. */
void table_altered(const catalog::TView &row, const Node *statement);

} // namespace pgtv::ddl
