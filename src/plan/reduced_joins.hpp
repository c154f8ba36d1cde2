// Outer joins whose null-extended rows cannot matter are inner joins. Lifetime: memory of the caller.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/**
 * A copy of a derivation query in which joins are INNER (or LEFT, RIGHT instead of FULL) where a condition above them is
 * never true of the rows that they extend with NULLs. Gives the same result; only for looking at, not for execution.
 */
Query *with_reduced_joins(const Query *query);

} // namespace pgtv::plan
