// The columns of a TVIEW as comparing and writing see them: which are live, and which tell one row from another.
// Lifetime: the recomputation of one TVIEW, in the memory context it was built in.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** Positions are indexes into the tuple descriptor, from 0. */
struct RowShape {
    TupleDesc desc;       // of the TVIEW table
    int live_count;       // columns that are not dropped
    int *live;            // [live_count] their positions, in the order of the query's columns
    int identity_count;   // 0: a row is known by nothing less than all its columns
    int *identity;        // [identity_count]
    bool identity_unique; // a unique index stands behind the identity
};

/** The shape of `table`: identity is its primary key, else a unique index, else the columns of K (rule may be null). */
RowShape *read_row_shape(Relation table, const plan::Rule *rule);

/** Are the values of the column at `position` the same bytes (detoasted), NULL being a value? */
bool same_image(const RowShape *shape, int position, const Datum *values, const bool *nulls, const Datum *other_values,
                const bool *other_nulls);

} // namespace pgtv::maintenance
