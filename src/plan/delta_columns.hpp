// The columns of a DeltaPlan while it is made. Lifetime: the planning of a rule.
#pragma once

#include "pg/postgres.hpp"
#include "plan/delta.hpp"

namespace pgtv::plan {

/** The one argument of an aggregate; nullptr for count(*). */
Node *argument_of(const Aggref *call);

/** Fills what follows from the aggregate alone; false: it does not add up. */
bool describe_aggregate(const Aggref *call, DeltaColumn *column);

/** A column of that type and nothing else. */
DeltaColumn plain_column(Combine combine, const Node *expression);

struct DeltaColumns {
    const Query *query;
    List *columns = NIL; // of DeltaColumn *, by position

    [[nodiscard]] DeltaColumn *at(int position) const {
        return static_cast<DeltaColumn *>(list_nth(columns, position));
    }
    [[nodiscard]] int count() const {
        return list_length(columns);
    }
    int add(const DeltaColumn &column);

    /** The column that counts the inputs of aggregate `call`; -1: there is none. */
    [[nodiscard]] int find_count(const Aggref *call) const;
    /** The column with the sum of the average's inputs, zero if there are none or NULL; -1: there is none. */
    [[nodiscard]] int find_sum(const Aggref *average) const;
    /** The column that counts the rows of the group; -1: there is none. */
    [[nodiscard]] int find_row_count() const;
    /** The column of that aggregate, as it is or in coalesce(…, 0). */
    [[nodiscard]] int find_call(const Aggref *call, bool none_is_zero) const;
};

/** The sum in coalesce(sum(…), 0), nullptr if `expression` is something else. */
const Aggref *sum_or_zero(Node *expression);

/**
 * Rewrites an expression over grouping columns and aggregates into one over the columns; aggregates that are not among
 * them are added. nullptr: it reads something else, or an aggregate that does not add up.
 */
Expr *over_columns(DeltaColumns *columns, Node *expression);

/**
 * Says how the aggregates which are not output columns of their own are read off those that are. nullptr, or the
 * column that lacks what it is computed from.
 */
const char *read_off_output(DeltaColumns *columns, int visible_count);

} // namespace pgtv::plan
