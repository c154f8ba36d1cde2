// The strategy `delta`: how the rows of an aggregate query follow from their stored values and from what the changed
// rows of one source contribute. Lifetime: the rule.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/** How a column follows from its stored value, the contribution of new images and that of old images. */
enum class Combine {
    key,      // a grouping column
    carried,  // neither grouped nor aggregated: fixed by the key, the same in every contribution
    count,    // stored + new - old
    sum,      // the same, in the column's type (bigint, numeric, money, interval); NULL without inputs
    average,  // sum / number of inputs
    smallest, // comparisons; to be looked for when the extremum leaves
    largest,
    all_true, // bool_and; to be looked for when a false leaves
    any_true,
    all_bits, // bit_and; to be computed anew when a value leaves that may have cleared a bit
    any_bits,
    computed, // an expression over other columns
};

struct DeltaColumn {
    Combine combine;
    int inputs;        // position in the contribution of the number of inputs (sum, all_true, bits …), else -1
    int known_inputs;  // position of a column that counts the same inputs, -1: there is none
    int sum;           // average: position of the column with the same inputs' sum
    int average;       // sum: position of the average from which it is read off the stored row, else -1
    int scale;         // sum: decimals that all inputs have, whatever leaves; -1: they may differ
    bool none_is_zero; // sum in coalesce(sum(…), 0)
    bool none_is_null; // count which the outer join shows where there is no group: `known_rows` tells
    bool can_seek;     // smallest, largest: equal values are the same value
    bool may_raise;    // its inputs can raise an error on rows which the query filters out
    Oid compare;       // smallest, largest: btree comparison function
    Oid equality;      // key: the operator that groups
    Oid type;
    Oid collation;
    Expr *value;        // computed: over the columns (attribute number = position + 1)
    Expr *read_off;     // not in the output: over the output columns; nullptr: not needed, or by `average`
    const Aggref *call; // while the rule is planned; nullptr: no aggregate
};

/**
 * Positions count the visible output columns from 0, then aggregates that are part of an output column, or behind an
 * average; what follows them in a contribution is in no row.
 */
struct DeltaPlan {
    int visible_count;
    int column_count;
    DeltaColumn *columns; // [column_count]
    int group_count;      // 0: one row, which never vanishes
    int rows;             // position in the contribution of the number of joined rows
    int known_rows;       // position of a column that is count(*), -1: there is none
    Expr *having;         // over the columns; nullptr: every group is shown
    const char *members;  // query of the rows that groups are made of: column c<n> is the key or aggregate's input of
                          // position n - 1; nullptr: it cannot be written
};

/** What stands in the way of delta, or nullptr; fills *result (without regard to a source). */
const char *find_delta(Query *query, DeltaPlan **result);

/** A last column of tv_delta_<oid> for queries over old and new images at once: is it an old one? */
constexpr const char *old_marker = "tv_is_old";

/**
 * The query that computes what the rows of tv_delta_<oid> contribute to each group, under the top-level leaf `leaf`
 * that reads the source: the columns, then those that DeltaPlan adds. nullptr: another way than by rows
 * of this leaf that add up (outer joins, columns carried from it). `marked`: of old and of new images apart, with
 * `old_marker` as another column behind the others.
 */
Query *contribution_query(Query *query, const DeltaPlan *delta, int leaf, bool marked);

/**
 * The source whose changes may be added to a stored row beside others' changes of the same source: they do not join with
 * each other, and what they add follows from the changed row alone. InvalidOid: none.
 */
Oid sharing_source(const Rule *rule);

DeltaPlan *copy_delta(const DeltaPlan *delta);

} // namespace pgtv::plan
