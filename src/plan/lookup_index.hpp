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
    Expr *clause;  // nullptr: by K
    bool constant; // the value is the same for all rows that are known
};

struct IndexChoice {
    Oid index; // InvalidOid: none serves
    int key_count;
    LookupKey *keys;
    List *clauses;      // of Expr *: the conditions that it makes hold
    Bitmapset *varying; // columns that it compares with values that vary
};

/** Does a scan of the index by equality find all rows, as they are now, and at most one with the whole key if `unique`? */
bool serves_lookups(Relation index, bool unique);

/**
 * The index on `relid` that finds by `equalities` (of Equality *) at most one row (`unique`), or all rows for which those
 * hold that are not constant: which of several indexes finds fewer, only statistics could tell.
 */
IndexChoice choose_index(Oid relid, List *equalities, bool unique);

} // namespace pgtv::plan
