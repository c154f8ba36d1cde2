// The rows behind the groups of an aggregate query. Lifetime: the planning of a rule.
#pragma once

#include "pg/postgres.hpp"
#include "plan/delta.hpp"

namespace pgtv::plan {

/** DeltaPlan::members; nullptr if the query means something else when it is written out. */
const char *members_text(const Query *query, const DeltaPlan *delta);

} // namespace pgtv::plan
