// Failed refreshes reported in shared memory, on their way into the tables. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

/** Takes the failures reported in this database out of shared memory: a List of FailedRefresh. */
List *take_failures();

/** Puts failures back that could not be stored. */
void put_back_failures(List *failures);

/** Stores failures; returns those whose registration is locked by a session now. In the caller's transaction. */
List *store_failures(List *failures);

} // namespace pgtv::scheduler
