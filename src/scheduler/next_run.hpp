// The next run of a schedule, with daylight saving as docs/SCHEDULES.md says. Pure: no server header.
// Lifetime: a call.
#pragma once

#include "scheduler/cron.hpp"

#include <limits>

namespace pgtv::scheduler {

/** Instants are seconds since 1970-01-01 00:00:00 UTC. */
using Instant = std::int64_t;
constexpr Instant never = std::numeric_limits<Instant>::max();

/** A stretch of time with one offset from UTC. */
struct Period {
    std::int64_t offset; // seconds east of UTC
    Instant end;         // the first instant that no longer belongs to it; `never` if it does not end
};

/** A time zone: the period an instant belongs to. */
class TimeZone {
public:
    TimeZone() = default;
    TimeZone(const TimeZone &) = delete;
    TimeZone &operator=(const TimeZone &) = delete;
    [[nodiscard]] virtual Period period_at(Instant instant) const = 0;

protected:
    ~TimeZone() = default;
};

/**
 * The first run of a calendar schedule after `after`, not later than `limit`; `never` if there is none. A local time
 * that is skipped runs at the first instant after the gap, one that occurs twice runs the first time; a schedule for
 * every hour runs whenever the local time matches.
 */
Instant next_calendar_run(const Schedule &schedule, const TimeZone &zone, Instant after, Instant limit);

/** The first of `anchor` plus whole multiples of `interval` after `after`, in one unit; `never` on overflow. */
Instant next_interval_run(std::int64_t interval, std::int64_t after, std::int64_t anchor);

} // namespace pgtv::scheduler
