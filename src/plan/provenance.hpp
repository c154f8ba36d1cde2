// Where an output column comes from, and which columns identify a row: schema knowledge for choosing K.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** The table column behind an output column, followed through subqueries (the first branch of set operations). */
struct Origin {
    Oid relid; // InvalidOid: an expression
    AttrNumber attno;
    int top_leaf;  // range-table index at the top level through which it comes
    int leaf_path; // distinguishes several references of one table
};

Origin origin_of(const Query *query, int resno);

/** Attribute number sets (Bitmapset *) of the unique, immediate, complete indexes of a table; primary key first. */
List *unique_keys(Oid relid);

/** Is there a valid, complete index whose first column is `attno`? */
bool has_index_on(Oid relid, AttrNumber attno);

/** The leaves of which at most one row joins with a given row of the top-level leaf `leaf`, itself included. */
Relids leaves_determined(const Query *query, int leaf);

/** The leaves of which at most one row is left when these columns (list of Var *) are fixed. */
Relids leaves_fixed(const Query *query, List *columns);

/** Leaves whose columns an outer join may make NULL. */
Relids nullable_leaves(const Query *query);

/** All leaves in FROM. */
Relids leaves_in_from(const Query *query);

} // namespace pgtv::plan
