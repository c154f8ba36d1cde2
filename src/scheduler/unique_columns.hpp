// Columns of a materialized view that are unique by its query. Lifetime: the current memory context.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

/**
 * Output columns (of AttrNumber, int list) that tell the rows of the open materialized view apart, as its query says:
 * the GROUP BY columns, the DISTINCT columns, or the primary key of the only table. NIL when it does not say.
 */
List *find_unique_columns(Relation view);

} // namespace pgtv::scheduler
