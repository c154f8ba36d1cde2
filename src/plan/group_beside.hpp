// A group of rows that stands beside each row of a query: a subquery in FROM, or scalar subqueries in the select list that
// differ only in what they show. Lifetime: the planning of a rule.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

struct GroupBeside {
    int place;       // in the range table; 0: `links`
    List *links;     // of SubLink *
    Query *subquery; // of the first link, or at `place`

    [[nodiscard]] bool found() const {
        return subquery != nullptr;
    }
    [[nodiscard]] bool operator==(const GroupBeside &other) const {
        return place == other.place && subquery == other.subquery;
    }
    /** The group is made of what a condition around it says of each row. */
    [[nodiscard]] bool correlated() const {
        return subquery->groupClause == NIL;
    }
    /** What the subquery shows as `node`, a column or a scalar subquery of its own; nullptr: it is something else. */
    [[nodiscard]] TargetEntry *column(Node *node) const;
    /** Is something of it part of the expression? */
    [[nodiscard]] bool is_in(Node *expression) const;
};

/** The one that reads all that `query` (normalized) reads of the source. */
GroupBeside find_group_beside(Query *query, Oid source);

/**
 * The conditions (of Node *) by which it is joined or, if it is correlated, its own; *fits: nothing else reads it but the
 * select list, so that it does not decide which rows there are.
 */
List *ties_of(Query *query, const GroupBeside &group, bool *fits);

/** If it is correlated: is it there beside every row that shows columns of these leaves? */
bool stands_beside(const Query *query, const GroupBeside &group, Relids leaves);

} // namespace pgtv::plan
