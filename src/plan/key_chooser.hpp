// Chooses K: the output columns by which a TVIEW is partitioned for recomputation.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** Which output columns can be derived for one occurrence of a source. */
struct Derivable {
    Oid source;
    Bitmapset *columns; // resnos; only types with a default equality
    bool never;         // the occurrence cannot affect the output at all
};

/**
 * The chosen resnos in output order (int list), NIL if nothing can be derived for any source. `occurrences`: list of
 * Derivable *. `wanted`: the user's choice (int list of resnos), NIL = ours.
 */
List *choose_key(const Query *query, List *occurrences, List *wanted);

/** May the column be in K: has its type a default btree equality? */
bool has_equality(Oid type);

} // namespace pgtv::plan
