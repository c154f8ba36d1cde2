// Which columns of a source a query reads anywhere: an update of others needs no maintenance.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** Adds the attribute numbers of `relid` that `query` reads to *columns; *whole_row if it reads rows as a whole. */
void read_columns(Query *query, Oid relid, Bitmapset **columns, bool *whole_row);

} // namespace pgtv::plan
