// The columns of a TVIEW as comparing and writing see them: which are live, and which tell one row from another.
// Lifetime: the recomputation of one TVIEW, in the memory context it was built in.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** How two values of a column are compared by their type's equality, for EXCEPT ALL's idea of equal rows. */
struct ColumnEquality {
    bool by_image; // the type has no equality
    bool hashed;
    FmgrInfo equal;
    FmgrInfo hash;
    Oid collation;
};

/** Positions are indexes into the tuple descriptor, from 0. */
struct RowShape {
    TupleDesc desc;       // of the TVIEW table
    int live_count;       // columns that are not dropped
    int *live;            // [live_count] their positions, in the order of the query's columns
    int identity_count;   // 0: a row is known by nothing less than all its columns
    int *identity;        // [identity_count]
    bool identity_unique; // a unique index stands behind the identity

    const ColumnEquality *equality; // by position; nullptr: rows are compared by image
    MemoryContext scratch;          // for equality: reset after each comparison
};

/** The shape of `table`: identity is its primary key, else a unique index, else the columns of K (rule may be null). */
RowShape *read_row_shape(Relation table, const plan::Rule *rule);

/** From now on rows of this shape are compared by their types' equality, and have no identity besides. */
void compare_by_value(RowShape *shape);

/** Hash of a value that is not NULL; equal values have equal hashes. */
uint32 hash_column(const RowShape *shape, int position, Datum value);

/** Are the values of the column at `position` equal in the way rows of this shape are compared, NULL being a value? */
bool same_column(const RowShape *shape, int position, const Datum *values, const bool *nulls, const Datum *other_values,
                 const bool *other_nulls);

/** Are the values of the column at `position` the same bytes (detoasted), NULL being a value? */
bool same_image(const RowShape *shape, int position, const Datum *values, const bool *nulls, const Datum *other_values,
                const bool *other_nulls);

} // namespace pgtv::maintenance
