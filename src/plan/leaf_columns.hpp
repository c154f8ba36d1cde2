// Which columns of a relation in FROM does a part of a query read? Pure.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** In an expression, or a tree of joins, of the outermost level; subqueries inside it included. */
Bitmapset *columns_read(Node *node, int leaf);

/** By the lateral subqueries, functions and VALUES of the range table. */
Bitmapset *columns_read_beside(const Query *query, int leaf);

} // namespace pgtv::plan
