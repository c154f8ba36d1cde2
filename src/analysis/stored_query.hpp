// The queries the server stores for us: of views and of functions with SQL-standard bodies. Results are copies in
// the current memory context.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::analysis {

/** The queries a subquery is nested in, innermost first: what a Var's varlevelsup counts. */
struct QueryLevel {
    const Query *query;
    const QueryLevel *outer;
};

/** The range table entry `var` refers to; nullptr if its query is not among the levels. */
const RangeTblEntry *find_range_table_entry(const QueryLevel *level, const Var *var);

/** The query of view `view`, a copy. */
Query *get_view_query_copy(Oid view);

/** The queries (of Query *) of a function with a SQL-standard body, NIL for any other function. */
List *find_body_queries(Oid function);

/** The backing view of TVIEW `table`: the view that depends on it internally; InvalidOid for any other table. */
Oid find_backing_view(Oid table);

/** Does `node` hold a whole-row reference to relation `relid`, subqueries included? */
bool reads_whole_row(Node *node, Oid relid);

} // namespace pgtv::analysis
