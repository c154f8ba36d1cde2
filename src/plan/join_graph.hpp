// A derivation query as what it looks up: the relations it reads at any depth, and the equalities that each row of them
// must fulfil to matter. Lifetime: memory of the caller.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** A place where a derivation query reads a relation. */
struct Reading {
    RangeTblEntry *entry;
    bool changed;  // the changed rows
    bool computed; // a function's rows, VALUES and the like: no table's
};

/**
 * `column` = `value`: the query's result does not depend on rows of the reading for which this is not true. In `value`
 * and `clause` the Vars' varno is the number of a reading. Neither can raise an error.
 */
struct Equality {
    int reading;
    AttrNumber column;
    Node *value;
    Relids depends; // readings in `value`; a row of each must be there for the equality to be true
    OpExpr *clause;
    int side;        // argument of the clause that is `value`
    Oid column_hash; // hash functions of one family
    Oid value_hash;
};

struct JoinGraph {
    List *readings;   // of Reading *; numbered from 1
    List *equalities; // of Equality *
};

/**
 * One graph for each way to take a branch of every UNION ALL inside; a row of the result comes from one of them. NIL:
 * there are too many. Relations in places that the graphs do not cover are in no reading.
 */
List *join_graphs(Query *query);

/** The expression inside `node` that has the same value for a hash function: types and collations are only names for it. */
Node *same_value(Node *node);

} // namespace pgtv::plan
