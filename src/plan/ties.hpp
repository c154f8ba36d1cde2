// Order-sensitive constructs whose ORDER BY leaves ties: what they show depends on the plan.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** Notices (char *) about LIMIT, DISTINCT ON and row-numbering windows without a total order. */
List *ties_in_order(Query *query);

} // namespace pgtv::plan
