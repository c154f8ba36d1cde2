// Comparing and changing the columns of a TVIEW's table. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** Has `relid` exactly the columns `columns` (of ColumnDef): names, types, modifiers, collations, order? */
bool same_columns(Oid relid, List *columns);

/** Have the two relations the same columns? */
bool same_columns_as(Oid relid, Oid other);

/**
 * Gives `table` the columns `columns`: keeps those that come first in both, drops the others and adds what is
 * missing. Indexes on dropped columns that are there again are created anew.
 */
void change_columns(Oid table, List *columns);

/** Are two lists of char * equal? */
bool equal_names(List *a, List *b);

} // namespace pgtv::ddl
