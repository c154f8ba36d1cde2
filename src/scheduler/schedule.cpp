// Checks schedules and computes next runs in PostgreSQL's time zones. Lifetime: a call.

#include "pg/postgres.hpp"
#include "scheduler/schedule.hpp"
#include "pg_tviews/error.hpp"
#include "scheduler/cron.hpp"
#include "scheduler/next_run.hpp"

namespace pgtv::scheduler {
namespace {

constexpr int64 epoch_seconds = int64{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * SECS_PER_DAY;
constexpr int longest_quotation = 40;

/** A time zone of the server. */
class ServerTimeZone final : public TimeZone {
public:
    explicit ServerTimeZone(const pg_tz *zone) : zone_(zone) {}

    [[nodiscard]] Period period_at(Instant instant) const override {
        const pg_time_t time = instant;
        pg_time_t boundary = 0;
        long before = 0;
        long after = 0;
        int summer_before = 0;
        int summer_after = 0;
        const int found = pg_next_dst_boundary(&time, &before, &summer_before, &boundary, &after, &summer_after, zone_);
        if (found < 0)
            raise(InvalidOption{"timezone", "The time zone has no offset at the given time.", nullptr});
        return {before, found > 0 ? boundary : never};
    }

private:
    const pg_tz *zone_;
};

const pg_tz *get_zone(const char *timezone) {
    pg_tz *zone = pg_tzset(timezone);
    if (zone == nullptr || !pg_tz_acceptable(zone))
        raise(InvalidOption{"timezone", psprintf("\"%s\" is no time zone known here.", timezone),
                            "The view pg_catalog.pg_timezone_names lists the time zones."});
    return zone;
}

[[noreturn]] void raise_schedule_error(const ScheduleError &error) {
    const char *detail;
    if (error.token_length > 0) {
        const int length = pg_mbcliplen(error.token, error.token_length, longest_quotation);
        detail = psprintf("Field \"%s\", at \"%s%s\": %s.", error.field, pnstrdup(error.token, length),
                          length < error.token_length ? "..." : "", error.reason);
    } else {
        detail = psprintf("Field \"%s\": %s.", error.field, error.reason);
    }
    raise(InvalidOption{"schedule", detail, error.hint});
}

Schedule get_schedule(const char *text) {
    Schedule schedule;
    ScheduleError error;
    if (!parse_schedule(text, schedule, error))
        raise_schedule_error(error);
    return schedule;
}

TimestampTz next_calendar_timestamp(const Schedule &schedule, const char *timezone, TimestampTz after) {
    const ServerTimeZone zone(get_zone(timezone));
    const Instant floor = after / USECS_PER_SEC - (after % USECS_PER_SEC < 0 ? 1 : 0);
    constexpr Instant limit = END_TIMESTAMP / USECS_PER_SEC - 1 + epoch_seconds;
    const Instant run = next_calendar_run(schedule, zone, floor + epoch_seconds, limit);
    return run == never ? DT_NOEND : (run - epoch_seconds) * USECS_PER_SEC;
}

} // namespace

void check_timezone(const char *timezone) {
    (void)get_zone(timezone);
}

void check_schedule(const char *schedule, const char *timezone) {
    (void)get_schedule(schedule);
    if (timezone != nullptr)
        check_timezone(timezone);
}

bool runs_at_start(const char *schedule) {
    return get_schedule(schedule).kind == ScheduleKind::at_start;
}

TimestampTz next_run(const char *schedule, const char *timezone, TimestampTz after, TimestampTz anchor) {
    const Schedule parsed = get_schedule(schedule);
    check_timezone(timezone);
    if (TIMESTAMP_NOT_FINITE(after) || parsed.kind == ScheduleKind::at_start)
        return DT_NOEND;
    if (parsed.kind == ScheduleKind::calendar)
        return next_calendar_timestamp(parsed, timezone, after);
    const int64 run = next_interval_run(parsed.interval * USECS_PER_SEC, after, anchor);
    return run < END_TIMESTAMP ? run : DT_NOEND;
}

} // namespace pgtv::scheduler
