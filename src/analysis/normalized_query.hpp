// A query in the one form that the planning of rules reads: views and CTEs expanded in place, join aliases resolved.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::analysis {

/**
 * Returns a private copy of `query` (analyzed, not rewritten) in which at every level
 *  - plain views and non-recursive CTEs are subqueries, one per reference;
 *  - Vars of joins and of grouping relations are replaced by what they stand for;
 *  - the target lists of subqueries carry the names by which the level above knows their columns.
 * Appends the OID of every relation met (views too) to *relations. Recursive CTEs stay as they are.
 */
Query *normalize(const Query *query, List **relations);

/** The analyzed query behind a view, as a private copy. */
Query *query_of_view(Oid view);

} // namespace pgtv::analysis
