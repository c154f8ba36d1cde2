// Indexes by which a table's rows are found by equality. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "plan/row_lookup.hpp"

namespace pgtv::plan {

/** `column = value`, as a condition or by K. */
struct Equality {
    AttrNumber column;
    Oid operation; // the column on its left
    Oid collation;
    LookupKey key;
    Expr *clause; // nullptr: by K
};

struct IndexChoice {
    Oid index; // InvalidOid: none serves
    int key_count;
    LookupKey *keys;
    List *clauses; // of Expr *: the conditions that it makes hold
};

/**
 * The index on `relid` that finds by `equalities` (of Equality *) at most one row (`unique`), or as few as may be:
 * exactly those for which the equalities hold, as the planner would use it.
 */
IndexChoice choose_index(Oid relid, List *equalities, bool unique);

} // namespace pgtv::plan
