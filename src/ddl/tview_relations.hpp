// The relations a TVIEW is made of: its table, the backing view, the guard against direct writes, the indexes its
// rule needs. Everything is created in the current transaction. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/ddl.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::ddl {

/** ColumnDefs of the output of `query`; gives the output columns the names `aliases` first (in place). */
List *define_columns(Query *query, List *aliases);

/**
 * Creates the table of `owner` (InvalidOid: of the current user); permissions, names and types are checked by the server.
 */
Oid create_table(const CreateRequest &request, List *columns, List *storage, Oid owner);

/** Creates the backing view of `table`, owned by the table's owner and internally dependent on the table. */
Oid create_view(Oid table, List *columns, const Query *query);

/** Creates a view of that name in the schema of `table`, owned by the table's owner. */
Oid define_view(Oid table, const char *name, List *columns, const Query *query);

/** Records (again) that dropping `table` drops `view`, and `view` only goes together with `table`. */
void link_view(Oid table, Oid view);

/** Refuses direct writes to `table`, and lets publications take it without a primary key. */
void guard_table(Oid table);

/** Creates those indexes on the key of `rule` that are not there yet. */
void create_key_indexes(const plan::Rule *rule);

constexpr const char *write_guard_name = "tview_write_guard";

} // namespace pgtv::ddl
