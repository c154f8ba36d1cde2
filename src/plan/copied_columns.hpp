// Which columns of a source change nothing but output columns? Lifetime: the memory context current when called.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/** A column of the TVIEW table that one row of a source decides, as a whole or in part. */
struct CopiedColumn {
    AttrNumber output;
    AttrNumber column; // of the source, handed on as it is; 0: `expression`
    Expr *expression;  // over the source's columns; nullptr: `parts`
    List *parts;       // of DocumentPart *, see plan/document_parts.hpp
};

/**
 * Finds source->copied, and source->partner if it takes more than K to find the source's row, in `query` (normalized),
 * which the TVIEW of `rule` shows. An update of such columns alone leaves every output row where it is: with the same
 * partners, under the same key. Returns the other columns the query reads: the images must hold them, so that one which
 * an update has left as it was is known to have changed none of them.
 */
Bitmapset *find_copied_columns(Query *query, const Rule *rule, SourceRule *source);

/** Does the outermost level of `query` only join, or join and group by one set? */
bool only_joins_and_groups(const Query *query);

} // namespace pgtv::plan
