// The rule as a value. Lifetime: the memory context it is copied to.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/** A deep copy of `rule` in a context of its own below `memory`. */
Rule *copy_rule(const Rule *rule, MemoryContext memory);

/** The sources (list of Oid) whose changes are captured. */
List *maintained_sources(const Rule *rule);

} // namespace pgtv::plan
