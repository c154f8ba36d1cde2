// The scheduler: refreshes on schedule and on request, in background workers.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

/** Asks for shared memory and the launcher when the server preloads the library. Called once from _PG_init. */
void initialize();

/** Marks a relation as being refreshed by a command until this transaction ends; waits for a refresh at work. */
void wait_to_refresh(Oid relation);

} // namespace pgtv::scheduler
