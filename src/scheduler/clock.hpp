// The clock of a database: turns due times of schedules into queued runs. In the caller's transaction. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

/** Where the clock stands after a look at it. */
struct ClockReading {
    TimestampTz next_run; // the earliest due time of any schedule; DT_NOEND: none
};

/** Since when nobody looked at the clock. */
struct LookReason {
    bool server_started; // since the start of the server
    bool first_look;     // since then, or since pg_tviews.scheduler was switched on: due times before were missed
    bool plan_again;     // what was planned may lie further ahead than it should, by a wrong clock
};

/** Queues a run for each schedule that is due and moves it on. */
ClockReading advance_clock(const LookReason &reason);

} // namespace pgtv::scheduler
