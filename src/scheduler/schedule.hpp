// Schedules as the server sees them: texts checked, next runs computed in PostgreSQL's own time zones.
// Lifetime: a call; nothing is kept.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

/**
 * Raises 22023 unless `schedule` is a cron expression, a macro (@daily …) or an interval, and `timezone` (NULL: not
 * asked) a time zone known here. DETAIL names the field, HINT says what is valid.
 */
void check_schedule(const char *schedule, const char *timezone);

/** Raises 22023 unless `timezone` is a time zone known here. */
void check_timezone(const char *timezone);

/**
 * The first run of `schedule` after `after`; DT_NOEND when there is none (@reboot). Intervals run at `anchor` plus
 * whole multiples of themselves. Raises 22023 as check_schedule does.
 */
TimestampTz next_run(const char *schedule, const char *timezone, TimestampTz after, TimestampTz anchor);

/** Does `schedule` run when the server starts (@reboot)? */
bool runs_at_start(const char *schedule);

} // namespace pgtv::scheduler
