// What the derivation of one source looks up in other sources. Lifetime: memory of the caller.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/** An edge, and how the derivation finds the values there. */
struct Lookup {
    LockEdge edge;
    Oid *value_hashes;
    AttrNumber *direct; // columns of the changed row; nullptr: by `walks`, or the edge has no columns
    List *walks;        // of Query *: all with the same types of the values
};

/** The lookups of `queries` (list of Query *), derivations of `source`, in sources that can be locked. */
List *find_lookups(const Rule *rule, Oid source, List *queries);

/** The lookup that stands for all rows of `source`. */
Lookup *lookup_of_all_rows(Oid source);

} // namespace pgtv::plan
