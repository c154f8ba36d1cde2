// What the hooks need to know of a running flush. Lifetime: transaction.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::maintenance {

/** Is a flush in progress? What runs inside it must not begin another. */
bool flushing();

/** The subtransaction of nesting level `level` (1 = the transaction) ends: a flush begun in it is over. Memory only. */
void end_flush_of_level(int level);

} // namespace pgtv::maintenance
