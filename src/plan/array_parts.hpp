// Arrays in documents that hold an element per row of a source, in the order of a number that tells these rows apart: then
// the changed rows tell which elements are others. Lifetime: the rule.
#pragma once

#include "pg/postgres.hpp"
#include "jsonb/document_edit.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/** An array, and what makes its elements of the source's rows. */
struct ArrayPart {
    AttrNumber output;
    List *path;      // of jsonb::Step *, from the document to the array; NIL: the column is the array
    Expr *element;   // in an array of its own
    Expr *filter;    // does the row have an element?
    jsonb::Step key; // of the number in the element
    bool ascending;
    bool may_be_empty; // else there is something else than an array when no row has an element
};

/**
 * A stored row of K is made of one row of each other source, and of all rows of this one that have K in their direct
 * columns and fulfil the conditions.
 */
struct ArrayRule {
    AttrNumber number; // NOT NULL, and unique by `index`
    Oid type;          // smallint, integer or bigint
    Oid index;
    List *conditions; // of Expr *
    List *parts;      // of ArrayPart *
};

/** nullptr: rows of `source` may change more of the output of `query` (normalized) than elements of such arrays. */
ArrayRule *find_array_rule(Query *query, const Rule *rule, const SourceRule *source);

ArrayRule *copy_array_rule(const ArrayRule *rule);

} // namespace pgtv::plan
