// Uniqueness that results may depend on, not only the choice of a key. Lifetime: the planning of a rule.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** Does the table (with all that inherits from it) hold at most one row with given values of `columns`? */
bool at_most_one_row(Oid relid, const Bitmapset *columns);

/** Is every other leaf in FROM a table of which a row of `leaf` joins with one row at most? */
bool joins_with_single_rows(const Query *query, int leaf);

} // namespace pgtv::plan
