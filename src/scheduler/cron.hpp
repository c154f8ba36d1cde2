// What a schedule says: cron fields, macros and intervals, parsed. Pure: no server header. Lifetime: plain values.
#pragma once

#include <cstdint>

namespace pgtv::scheduler {

enum class ScheduleKind { calendar, interval, at_start };

/** Days of a month or week that a field allows. Bit n stands for the value n. */
struct DayRules {
    bool given = false;                // neither * nor ? nor a step from *: combined by OR with the other field
    std::uint32_t days = 0;            // 1 … 31
    std::uint32_t days_before_end = 0; // L = bit 0, L-3 = bit 3
    std::uint32_t working_days = 0;    // 15W: the Monday to Friday nearest to the 15th, within the month
    bool last_working_day = false;     // LW
    std::uint8_t weekdays = 0;         // Sunday = bit 0
    std::uint8_t last_weekdays = 0;    // 5L: the last Friday
    std::uint8_t nth_weekdays[5] = {}; // 5#2: the second Friday in nth_weekdays[1]
};

/** A parsed schedule. A calendar schedule runs when the local time has all of its fields. */
struct Schedule {
    ScheduleKind kind = ScheduleKind::calendar;
    std::int64_t interval = 0; // seconds
    std::uint64_t seconds = 0; // bit n: second n
    std::uint64_t minutes = 0;
    std::uint32_t hours = 0;
    std::uint16_t months = 0; // bit 1 = January
    DayRules month_days;
    DayRules week_days;

    /** Runs in every hour, so it follows real hours; other times are local times, each run once. */
    [[nodiscard]] bool every_hour() const {
        return hours == (1U << 24) - 1;
    }
};

/** Why a text is no schedule. `token` points into the text. */
struct ScheduleError {
    const char *field = nullptr; // "minute"; "schedule" when no field is to blame
    const char *token = nullptr;
    int token_length = 0;
    const char *reason = nullptr; // a sentence without its first capital and full stop
    const char *hint = nullptr;   // a sentence
};

/** Parses `text`; false with `error` filled in if it is no schedule or can never run. */
bool parse_schedule(const char *text, Schedule &schedule, ScheduleError &error);

/** Does `schedule` allow the day? `weekday`: Sunday = 0 … 6, `length`: days of the month. */
bool allows_day(const Schedule &schedule, int month, int day, int weekday, int length);

} // namespace pgtv::scheduler
