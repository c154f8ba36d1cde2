// One query level in a derivation: its FROM clause flattened into a sequence of items and conditions, in one variant
// for each way in which the changed row can make itself felt above outer joins.
#pragma once

#include "pg/postgres.hpp"
#include "plan/known.hpp"
#include "plan/occurrence.hpp"

namespace pgtv::plan {

struct Opened;

/** A leaf of the level as the derivation reads it. */
struct Leaf {
    RangeTblEntry *entry; // nullptr: cannot be read
    Opened *opened;       // for subqueries: what is inside
    Relids depends;       // leaves of this level it refers to laterally
    bool refers_outside;  // refers to levels further up
    bool can_be_exact;    // reads exactly the rows of the original, none besides
};

/** One element of the flattened FROM clause, in an order in which lateral references point backwards. */
struct Item {
    Node *tree; // RangeTblRef or, for FULL JOIN and nullable sides, a subtree of the original
    Relids leaves;
    Relids depends; // leaves of other items it needs
    bool outer;     // LEFT JOINed to everything before it …
    Node *on;       // … on this condition
    Relids nulled;  // leaves that are NULL for its lateral references
    bool usable;
    bool exact; // its leaves must be read exactly (nullable sides, FULL JOIN)
};

struct Condition {
    Node *clause;
    Relids leaves;
    bool correlated; // refers to levels further up
};

struct Variant {
    List *items;      // of Item *
    List *conditions; // of Condition *; only usable ones
    Relids nulled;    // leaves that are NULL in everything above
    bool complete;    // no condition was dropped
};

/** A query level with its leaves prepared. `site` is the leaf where the change comes in, 0 = none (partner). */
struct Level {
    Query *query;
    Scope scope;
    Leaf *leaves; // [1 … scope.leaf_count]
    int site;
    const Step *step; // how the path goes on from this level; nullptr for a partner
};

/** The variants of the level's FROM clause (list of Variant *); a partner has exactly one. */
List *build_variants(const Level *level);

/** Copies `node` with the columns of `leaves` at `levels_up` replaced by NULL. */
Node *with_nulls(Node *node, Relids leaves, int levels_up);

/**
 * The expression of an output column in a variant: NULL for null-extended leaves, and a column of the changed leaf, or of
 * one for which fewer relations are read, instead of one that a condition makes equal to it.
 */
Node *output_expression(const Level *level, const Variant *variant, const TargetEntry *entry);

/** Does `node` refer to query levels above the one `levels_up` levels up from it? */
bool refers_above(Node *node, int levels_up);

} // namespace pgtv::plan
