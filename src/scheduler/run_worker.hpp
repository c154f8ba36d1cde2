// The worker that carries out one run. Lifetime: the process.
#pragma once

#include "pg/postgres.hpp"

#include "scheduler/worker_slots.hpp"

namespace pgtv::scheduler {

/** What a worker is told when it starts. */
struct RunWorkerArgument {
    SlotClaim claim;
};

} // namespace pgtv::scheduler
