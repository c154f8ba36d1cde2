// Which expressions are never NULL, or NULL together, as far as the schema tells.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** Is the column declared NOT NULL, and do all of the table's own rows comply? */
bool is_not_null(Oid relid, AttrNumber column);

/** Is the expression a column declared NOT NULL which no outer join makes NULL? */
bool never_null(const Query *query, Node *expression);

/** Are both NULL in the same rows? nullptr: the argument that count(*) lacks. */
bool null_together(const Query *query, Node *one, Node *other);

} // namespace pgtv::plan
