// The query that yields the values which a derivation looks up beyond the first relation on its way. Lifetime: memory of
// the caller.
#pragma once

#include "pg/postgres.hpp"
#include "plan/reached.hpp"

namespace pgtv::plan {

/**
 * Selects the values of `chosen` (list of Equality *) from the changed rows joined with the readings that the values
 * depend on: at least the values that the derivation looks up, and nothing that could raise an error.
 */
Query *walk_query(const JoinGraph *graph, const Reached *reached, List *chosen);

} // namespace pgtv::plan
