// The launcher and the schedulers it starts. Lifetime: server.
#pragma once

#include "pg/postgres.hpp"

#include "scheduler/shared_state.hpp"

namespace pgtv::scheduler {

/** DatabaseEntry::pid of a scheduler that was asked for and has not reported yet. */
constexpr pid_t scheduler_starting = -1;

/** Asks the server for the launcher; from _PG_init only. */
void register_launcher();

/** Notes that the scheduler of a database has ended; after a failure it is started again after a pause. Locked. */
void scheduler_gone(DatabaseEntry *entry, bool failed);

} // namespace pgtv::scheduler
