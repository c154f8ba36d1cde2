// The strategy `delta`: how the rows of an aggregate query follow from their stored values and from what the changed
// rows of one source contribute. Lifetime: the rule.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/** How an output column follows from its stored value, the contribution of new images and that of old images. */
enum class Combine {
    key,      // a grouping column
    carried,  // neither grouped nor aggregated: fixed by the key, the same in every contribution
    count,    // stored + new - old
    sum,      // the same, in the column's type (bigint, numeric); NULL without inputs
    average,  // sum / number of inputs
    smallest, // comparisons; to be computed anew when the extremum leaves
    largest,
    all_true, // bool_and; to be computed anew when a false leaves
    any_true,
};

struct DeltaColumn {
    Combine combine;
    int inputs;       // position in the contribution of the number of inputs (sum, all_true, any_true), else -1
    int known_inputs; // position of an output column that counts the same inputs, -1: there is none
    int sum;          // average: position of the output column with the same inputs' sum
    bool fixed_scale; // sum of numeric: all inputs have the same number of decimals, whatever leaves
    Oid compare;      // smallest, largest: btree comparison function
    Oid type;
    Oid collation;
};

/** Positions count the visible output columns from 0; what follows them in a contribution is not in the TVIEW. */
struct DeltaPlan {
    int column_count;
    DeltaColumn *columns; // [column_count]
    int group_count;      // 0: one row, which never vanishes
    int rows;             // position in the contribution of the number of joined rows
    int known_rows;       // position of the output column that is count(*), -1: there is none
};

/** What stands in the way of delta, or nullptr; fills *result (without regard to a source). */
const char *find_delta(Query *query, DeltaPlan **result);

/**
 * The query that computes what the rows of tv_delta_<oid> contribute to each group, under the top-level leaf `leaf`
 * that reads the source: the view's columns, then those that DeltaPlan adds. nullptr: another way than by rows
 * of this leaf that add up (outer joins, columns carried from it).
 */
Query *contribution_query(Query *query, const DeltaPlan *delta, int leaf);

DeltaPlan *copy_delta(const DeltaPlan *delta);

} // namespace pgtv::plan
