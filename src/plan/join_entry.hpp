// Range-table entries for the joins of a derivation, with the columns that the deparser expects them to have.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** Appends an entry for a join of `left` and `right` to *rtable and returns the join. Quals may be nullptr. */
JoinExpr *make_join(JoinType type, Node *left, Node *right, List **rtable);

/** The joins of a tree, with entries of their own in *rtable. */
Node *rebuild_tree(Node *tree, List **rtable);

/** Keeps the place of an entry which the join tree does not read. */
RangeTblEntry *unused_entry();

/** USING and NATURAL would be resolved again when the text is parsed: the joins are written with ON. */
void rebuild_joins(Query *query);

} // namespace pgtv::plan
