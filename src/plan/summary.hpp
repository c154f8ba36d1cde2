// A grouped subquery beside the rows of a query, such as count and average of the reviews beside each product.
// Lifetime: the planning of a rule.
#pragma once

#include "pg/postgres.hpp"
#include "plan/delta.hpp"

namespace pgtv::plan {

/** How the columns that a row has from its group follow from the rows of the group, by themselves. */
struct Summary {
    Query *query; // groups by K; its columns are those of the outer query, NULL where they are not the subquery's
    DeltaPlan *delta;
};

/**
 * The subquery at `place` of the FROM clause of `query` (normalized), where each row of a key has the group of that key
 * beside it, or NULLs where there is none; nullptr: something else is made of it, or its aggregates do not add up.
 */
Summary *find_summary(const Rule *rule, Query *query, int place);

} // namespace pgtv::plan
