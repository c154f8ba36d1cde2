// Searches the next run of a schedule. Pure: no server header. Lifetime: a call.

#include "scheduler/next_run.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

namespace pgtv::scheduler {
namespace {

constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t cycle_days = 146'097; // 400 years: a whole number of weeks, after which the calendar repeats

std::int64_t floor_divide(std::int64_t dividend, std::int64_t divisor) {
    return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

struct Date {
    int month;
    int day;
    int weekday;
    int length; // of the month
};

/** The date that many days after 1970-01-01, but for its year, of which only the place in the cycle matters. */
Date date_of(std::int64_t days) {
    const std::int64_t reduced = days - floor_divide(days, cycle_days) * cycle_days;
    const std::chrono::sys_days point{std::chrono::days{reduced}};
    const std::chrono::year_month_day date{point};
    const std::chrono::year_month_day_last last{date.year(), std::chrono::month_day_last{date.month()}};
    return {static_cast<int>(static_cast<unsigned>(date.month())), static_cast<int>(static_cast<unsigned>(date.day())),
            static_cast<int>(std::chrono::weekday{point}.c_encoding()),
            static_cast<int>(static_cast<unsigned>(last.day()))};
}

/** The first set bit from `from` on; -1 if there is none. */
int next_bit(std::uint64_t bits, int from) {
    const std::uint64_t left = from > 63 ? 0 : bits >> from << from;
    return left == 0 ? -1 : std::countr_zero(left);
}

/** The first time of day the schedule allows from `from` on, in seconds; -1 if there is none. */
int next_time_of_day(const Schedule &schedule, int from) {
    const int first_hour = from / 3600;
    const int first_minute = from / 60 % 60;
    for (int hour = next_bit(schedule.hours, first_hour); hour >= 0; hour = next_bit(schedule.hours, hour + 1)) {
        const bool in_hour = hour == first_hour;
        for (int minute = next_bit(schedule.minutes, in_hour ? first_minute : 0); minute >= 0;
             minute = next_bit(schedule.minutes, minute + 1)) {
            const int second = next_bit(schedule.seconds, in_hour && minute == first_minute ? from % 60 : 0);
            if (second >= 0)
                return hour * 3600 + minute * 60 + second;
        }
    }
    return -1;
}

/** The first local time in [from, end) that the schedule allows, in seconds since 1970-01-01; `never` if none. */
std::int64_t next_local_time(const Schedule &schedule, std::int64_t from, std::int64_t end) {
    if (from >= end)
        return never;
    std::int64_t day = floor_divide(from, day_seconds);
    int time_of_day = static_cast<int>(from - day * day_seconds);
    const std::int64_t last_day = std::min(floor_divide(end - 1, day_seconds), day + cycle_days);
    while (day <= last_day) {
        const Date date = date_of(day);
        if ((schedule.months >> date.month & 1U) == 0) {
            day += date.length - date.day;
        } else if (allows_day(schedule, date.month, date.day, date.weekday, date.length)) {
            const int found = next_time_of_day(schedule, time_of_day);
            if (found >= 0)
                return day * day_seconds + found < end ? day * day_seconds + found : never;
        }
        ++day;
        time_of_day = 0;
    }
    return never;
}

} // namespace

Instant next_calendar_run(const Schedule &schedule, const TimeZone &zone, Instant after, Instant limit) {
    const Instant first = after + 1;
    const bool local_times = !schedule.every_hour();
    Instant at = first - 3 * day_seconds; // before any local time that could come a second time from `first` on
    std::int64_t reached = at + zone.period_at(at).offset; // local times before it have been
    for (;;) {
        const Period period = zone.period_at(at);
        const std::int64_t begin = at + period.offset;
        if (local_times && at >= first && next_local_time(schedule, reached, begin) != never)
            return at <= limit ? at : never;
        const bool last = period.end == never || period.end <= at;
        const std::int64_t end = last ? never : period.end + period.offset;
        const std::int64_t from = std::max(at, first) + period.offset;
        const std::int64_t found = next_local_time(schedule, local_times ? std::max(from, reached) : from, end);
        if (found != never)
            return found - period.offset <= limit ? found - period.offset : never;
        if (last || period.end > limit)
            return never;
        reached = std::max(reached, end);
        at = period.end;
    }
}

Instant next_interval_run(std::int64_t interval, std::int64_t after, std::int64_t anchor) {
    std::int64_t elapsed = 0;
    std::int64_t offset = 0;
    std::int64_t run = 0;
    if (__builtin_sub_overflow(after, anchor, &elapsed) ||
        __builtin_mul_overflow(floor_divide(elapsed, interval) + 1, interval, &offset) ||
        __builtin_add_overflow(anchor, offset, &run))
        return never;
    return run;
}

} // namespace pgtv::scheduler
