// What is known of the output columns of a query level in spite of grouping, windows, DISTINCT, LIMIT.
#pragma once

#include "pg/postgres.hpp"
#include "plan/known.hpp"

namespace pgtv::plan {

/**
 * Known state of each non-junk target entry of `query`. `changed`: for an affected row (nodes that let one row
 * displace another hide columns); otherwise for any row of a partner. `nulled`: leaves that are NULL.
 */
Known *output_columns(const Query *query, const Scope *scope, Relids nulled, bool changed);

/** Does the level pass on exactly the rows of its FROM and WHERE, or one for each distinct known value? */
bool keeps_all_rows(const Query *query);

/** Number of non-junk target entries. */
int visible_columns(const Query *query);

/** Groups without keys: one row even if there is no input. */
bool is_plain_aggregate(const Query *query);

} // namespace pgtv::plan
