// The clock of a database: turns due times of schedules into queued runs. In the caller's transaction. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

/** Where the clock stands after a look at it. */
struct ClockReading {
    TimestampTz next_run; // the earliest due time of any schedule; DT_NOEND: none
};

/**
 * Queues a run for each schedule that is due and moves it on. `first_look`: since the server, or the scheduler, started;
 * due times before were missed. `plan_again`: what was planned may lie further ahead than it should, by a wrong clock.
 */
ClockReading advance_clock(bool first_look, bool plan_again);

} // namespace pgtv::scheduler
