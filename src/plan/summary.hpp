// A group beside each row of a query, such as count and average of the reviews beside each product.
// Lifetime: the planning of a rule.
#pragma once

#include "pg/postgres.hpp"
#include "plan/delta.hpp"
#include "plan/group_beside.hpp"

namespace pgtv::plan {

/** How the columns that a row has from its group follow from the rows of the group, by themselves. */
struct Summary {
    Query *query; // groups by K; its columns are those of the outer query, NULL where they are not the subquery's
    DeltaPlan *delta;
};

/**
 * That of `query` (normalized), if each row of a key has the group of that key beside it, or what the query shows where
 * there is none; nullptr: something else is made of it, or its aggregates do not add up.
 */
Summary *find_summary(const Rule *rule, Query *query, const GroupBeside &group);

} // namespace pgtv::plan
