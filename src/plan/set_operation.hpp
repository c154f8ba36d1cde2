// UNION, INTERSECT and EXCEPT in derivations.
#pragma once

#include "pg/postgres.hpp"
#include "plan/opened.hpp"

namespace pgtv::plan {

/** open_query() for a query with set operations. */
Opening open_set_operation(Query *query, List *path, const Scope *around);

/** materialize() for kinds cast and together. */
Query *materialize_set_operation(const Opened *opened, Bitmapset *needed, bool exact);

} // namespace pgtv::plan
