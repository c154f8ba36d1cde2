// CREATE and REFRESH MATERIALIZED VIEW on TVIEWs. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** Is it CREATE MATERIALIZED VIEW … WITH (tview = true)? With tview = false the option is taken out. */
bool wants_tview(CreateTableAsStmt *statement);

/** The TVIEW that REFRESH MATERIALIZED VIEW names, InvalidOid if it is another relation. */
Oid refreshed_tview(const RefreshMatViewStmt *statement);

/** REFRESH MATERIALIZED VIEW [CONCURRENTLY] tview [WITH NO DATA]. */
void refresh_tview(const RefreshMatViewStmt *statement, Oid tview);

/**
 * For sessions in which the command began before the library was loaded: does the work of a CREATE MATERIALIZED
 * VIEW … WITH (tview = true) now and turns the rest of the command into IF NOT EXISTS of what is there then.
 */
void adapt_materialized_view(Node *statement);

/** Undoes what adapt_materialized_view did to client_min_messages. */
void restore_client_messages();

} // namespace pgtv::ddl
