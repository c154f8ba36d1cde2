// Keys that need no query: the changed row holds them.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** The columns of the changed row that are K themselves in all `queries`, if no other relation is read; else nullptr. */
AttrNumber *direct_columns(List *queries, int key_count);

} // namespace pgtv::plan
