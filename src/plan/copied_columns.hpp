// Which columns of a source does a query only hand on? Lifetime: the memory context current when called.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/**
 * Finds source->copied for a source with a direct key, read by `query` (normalized) of `tview`. An update of such columns
 * alone leaves every output row where it is: with the same partners, under the same key. Returns the other columns the
 * query reads: the images must hold them, so that one without an old image is known to have changed none of them.
 */
Bitmapset *find_copied_columns(Query *query, Oid tview, SourceRule *source);

} // namespace pgtv::plan
