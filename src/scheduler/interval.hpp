// Schedules written as an interval: '30 seconds', '1 hour 30 minutes'. Pure: no server header. Lifetime: a call.
#pragma once

#include "scheduler/cron_field.hpp"

namespace pgtv::scheduler {

/** Is `text` meant as an interval rather than as cron fields? */
bool looks_like_interval(Piece text);

/** Parses `text` into whole seconds. */
bool parse_interval(Piece text, Schedule &schedule, ScheduleError &error);

} // namespace pgtv::scheduler
