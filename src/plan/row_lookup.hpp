// Rows of a query that only joins, found by index lookups alone: what the planner would answer with nested loops over
// unique indexes, known beforehand. Lifetime: memory of the caller.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/** A column of the joined row, to which all expressions of a lookup refer as Vars of relation 1. */
struct JoinedColumn {
    int leaf;
    AttrNumber column;
};

/** What one column of an index is compared with. */
struct LookupKey {
    int key;       // position in rule->keys; -1: `value`
    Expr *value;   // over the joined row
    Oid procedure; // of the equality operator
    Oid subtype;   // its right input
    Oid collation;
};

enum class LookupKind {
    check,    // only conditions
    relation, // rows of one leaf
    optional, // nullable side of an outer join: NULL where `inner` finds nothing
    exists,   // EXISTS: `inner` finds something
    missing,  // NOT EXISTS
};

struct LookupStep {
    LookupKind kind;
    int leaf;            // relation
    Oid index;           // relation
    int key_count;       // relation: columns of the index, from the first
    LookupKey *keys;     // [key_count]
    List *inner;         // of LookupStep *: optional, exists, missing
    List *conditions;    // of Expr *: without them the joined row, or this row of the leaf, does not count
    Bitmapset *optional; // optional: the leaves of `inner`
};

/** Only below exists and missing may a leaf have more than one row. */
struct RowLookup {
    List *leaves;  // of Oid
    List *columns; // of JoinedColumn *
    List *steps;   // of LookupStep *, to be taken in order
    List *outputs; // of Expr *, nullptr where none is wanted
    List *rest;    // int list, parallel to rule->keys: the joined column to compare with the key; -1: a lookup did
    int given;     // the leaf whose row the caller has; -1: none
};

/**
 * How the row of one key is looked up, with its visible output columns; nullptr: it takes a query. Only for keys without
 * NULL. `query`: normalized; `positions`: of the columns of K among its output columns, from 0.
 */
RowLookup *find_row_lookup(const Rule *rule, const Query *query, const int *positions);

/**
 * How the one row that FROM and WHERE of `query` join with a row of its top-level leaf `leaf` is looked up, with the values
 * of `expressions` (of Expr *, nullptr among them); nullptr: it takes a query.
 */
RowLookup *find_joined_row(const Rule *rule, const Query *query, int leaf, List *expressions);

RowLookup *copy_row_lookup(const RowLookup *lookup);

} // namespace pgtv::plan
