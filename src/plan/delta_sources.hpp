// Which sources of a rule can be followed by `delta`.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"
#include "plan/derivation_text.hpp"

namespace pgtv::plan {

/**
 * Gives sources of `rule`, planned as keyed or full before, the strategy delta where `query` (normalized) allows it;
 * keeps what they need for the other strategies, which serve when several sources changed. Adds the columns needed of
 * images to *needs.
 */
void plan_deltas(Rule *rule, Query *query, ImageColumns *needs);

} // namespace pgtv::plan
