// The places where a query reads a source table: one path for each reference, through subqueries and sublinks.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

enum class StepKind {
    relation,  // the range-table entry is the source itself
    subquery,  // into the subquery of a range-table entry in FROM
    branch,    // into a branch of a set operation
    sublink,   // into the subselect of a SubLink
    recursion, // into a recursive CTE: nothing can be derived
    elsewhere  // a place from which nothing is derived (VALUES, LIMIT, function arguments)
};

/** One step downwards from a query level; pointers go into the normalized query. */
struct Step {
    StepKind kind;
    int rtindex;    // relation, subquery, branch
    SubLink *link;  // sublink
    JoinExpr *join; // sublink in the condition of this join; nullptr: WHERE, select list, HAVING …
    Node *clause;   // sublink is a top-level conjunct itself (positive position); nullptr otherwise
};

struct Occurrence {
    Oid source;
    List *path; // of Step *, outermost first
};

/** All occurrences of tables, materialized views and foreign tables in a normalized query. */
List *find_occurrences(Query *query);

/** Splits a condition at its ANDs. */
List *conjuncts(Node *condition);

/** What the casts on top that change no value are applied to. */
Node *strip_relabel(Node *node);

} // namespace pgtv::plan
