// Contributions that can be read off the changed row itself. Lifetime: the rule.
#pragma once

#include "pg/postgres.hpp"
#include "plan/delta.hpp"
#include "plan/row_lookup.hpp"

namespace pgtv::plan {

/**
 * What one row of a source contributes to its group, which is stored, without a query. Without `lookup` the expressions
 * refer to the source's columns by attribute number, and other relations that the group is made of are the same for all
 * its rows: the group is known by K. With it, `lookup` finds the rows that join; its outputs are, for each column, what
 * the aggregate takes or what is grouped by, then for each its FILTER.
 */
struct DirectContribution {
    Oid source;
    RowLookup *lookup; // nullptr: nothing but the row itself is read; else what follows is not set
    Expr *condition;   // nullptr: every row counts
    Expr **arguments;  // [column_count] what an aggregate takes; nullptr: not an aggregate, or count(*)
    Expr **filters;    // [column_count] FILTER of an aggregate; nullptr: none
};

/** nullptr if a query is needed. `leaf` reads the source; `rule` has its keys already. */
DirectContribution *find_direct_contribution(const Rule *rule, const Query *query, const DeltaPlan *delta, int leaf,
                                             const SourceRule *source);

DirectContribution *copy_direct_contribution(const DirectContribution *direct, const DeltaPlan *delta);

} // namespace pgtv::plan
