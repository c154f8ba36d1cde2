// Schedules parsed and refused; the days they allow.
// sources: src/scheduler/cron.cpp src/scheduler/cron_field.cpp src/scheduler/interval.cpp
#include "scheduler/cron.hpp"
#include "unit.hpp"

#include <cstring>
#include <memory>
#include <random>
#include <string>

namespace {

using namespace pgtv::scheduler;

Schedule parsed;
ScheduleError why;

bool accepts(const char *text) {
    return parse_schedule(text, parsed, why);
}

/** Is `text` refused because of `field`, at `token`? */
bool refuses(const char *text, const char *field, const char *token) {
    if (parse_schedule(text, parsed, why))
        return false;
    const std::string found(why.token, static_cast<std::size_t>(why.token_length));
    if (std::strcmp(why.field, field) != 0 || found != token)
        std::printf("# %s: %s at %s\n", text, why.field, found.c_str());
    return std::strcmp(why.field, field) == 0 && found == token && why.reason != nullptr && why.hint != nullptr;
}

std::int64_t interval(const char *text) {
    return accepts(text) && parsed.kind == ScheduleKind::interval ? parsed.interval : -1;
}

/** Days of a month that `text` allows, as a list of numbers; the 1st is a `weekday`. */
std::string days(const char *text, int month, int length, int weekday) {
    std::string list;
    if (!accepts(text))
        return "refused";
    for (int day = 1; day <= length; ++day)
        if (allows_day(parsed, month, day, (weekday + day - 1) % 7, length))
            list += (list.empty() ? "" : " ") + std::to_string(day);
    return list;
}

} // namespace

TEST(fields_become_sets) {
    CHECK(accepts("5 4 3 2 1"));
    CHECK(parsed.seconds == 1 && parsed.minutes == 1U << 5 && parsed.hours == 1U << 4 && parsed.months == 1U << 2);
    CHECK(parsed.month_days.days == 1U << 3 && parsed.week_days.weekdays == 1U << 1);
    CHECK(accepts(" 10,20  0-4\t* * jan-MAR * "));
    CHECK(parsed.seconds == (1U << 10 | 1U << 20) && parsed.minutes == 0x1F && parsed.months == 0xE);
    CHECK(accepts("*/20 1-9/4 * * *"));
    CHECK(parsed.minutes == (1ULL | 1ULL << 20 | 1ULL << 40) && parsed.hours == (1U << 1 | 1U << 5 | 1U << 9));
    CHECK(accepts("50/5 * * * *") && parsed.minutes == (1ULL << 50 | 1ULL << 55));
    CHECK(accepts("0 0 * * 5-7") && parsed.week_days.weekdays == 0x61);
    CHECK(accepts("0 0 * * fri-sun") && parsed.week_days.weekdays == 0x61);
    CHECK(accepts("0 0 * * 0-7/2") && parsed.week_days.weekdays == 0x55);
    CHECK(accepts("0 0 * * 7") && parsed.week_days.weekdays == 1);
    CHECK(accepts("0 0-23 * * *") && parsed.every_hour());
    CHECK(accepts("0 */2 * * *") && !parsed.every_hour());
}

TEST(macros_stand_for_fields) {
    CHECK(accepts("@hourly") && parsed.every_hour() && parsed.minutes == 1);
    CHECK(accepts("@Weekly") && parsed.week_days.weekdays == 1 && parsed.hours == 1);
    CHECK(accepts("@yearly") && parsed.months == 2 && parsed.month_days.days == 2);
    CHECK(accepts("@reboot") && parsed.kind == ScheduleKind::at_start);
    CHECK(refuses("@fortnightly", "schedule", "@fortnightly"));
    CHECK(refuses("@", "schedule", "@"));
}

TEST(intervals_are_whole_seconds) {
    CHECK(interval("30 seconds") == 30);
    CHECK(interval("1 second") == 1);
    CHECK(interval("every 5 minutes") == 300);
    CHECK(interval("1 hour 30 minutes") == 5400);
    CHECK(interval("1h30m") == 5400);
    CHECK(interval("2 days 1 hour 1 min") == 2 * 86'400 + 3660);
    CHECK(interval("1 Week") == 604'800);
    CHECK(refuses("0 seconds", "interval", "0 seconds"));
    CHECK(refuses("1.5 seconds", "schedule", "1.5 seconds"));
    CHECK(refuses("500 milliseconds", "interval", "milliseconds"));
    CHECK(refuses("1 month", "interval", "month"));
    CHECK(refuses("5 minutes ago", "interval", "ago"));
    CHECK(refuses("99999999999999999999 seconds", "interval", "99999999999999999999 seconds"));
    CHECK(refuses("40000 days", "interval", "40000 days"));
    CHECK(refuses("every minute", "interval", "minute"));
}

TEST(mistakes_name_the_field) {
    CHECK(refuses("", "schedule", ""));
    CHECK(refuses("  ", "schedule", ""));
    CHECK(refuses("* * * *", "schedule", "* * * *"));
    CHECK(refuses("* * * * * * *", "schedule", "* * * * * * *"));
    CHECK(refuses("60 * * * *", "minute", "60"));
    CHECK(refuses("60 * * * * *", "second", "60"));
    CHECK(refuses("* 24 * * *", "hour", "24"));
    CHECK(refuses("* * 0 * *", "day of month", "0"));
    CHECK(refuses("* * 32 * *", "day of month", "32"));
    CHECK(refuses("* * * 13 *", "month", "13"));
    CHECK(refuses("* * * Smarch *", "month", "Smarch"));
    CHECK(refuses("* * * * 8", "day of week", "8"));
    CHECK(refuses("*/0 * * * *", "minute", "0"));
    CHECK(refuses("* */25 * * *", "hour", "25"));
    CHECK(refuses("*/ * * * *", "minute", ""));
    CHECK(refuses("*/x * * * *", "minute", "x"));
    CHECK(refuses("1,,2 * * * *", "minute", ""));
    CHECK(refuses("-5 * * * *", "minute", ""));
    CHECK(refuses("5- * * * *", "minute", ""));
    CHECK(refuses("* 22-2 * * *", "hour", "22-2"));
    CHECK(refuses("* ? * * *", "hour", "?"));
    CHECK(refuses("99999999999999999999 * * * *", "minute", "99999999999999999999"));
    CHECK(refuses("* * * * L", "day of week", "L"));
    CHECK(refuses("* * * * 1#6", "day of week", "1#6"));
    CHECK(refuses("* * * * 1#", "day of week", "1#"));
    CHECK(refuses("* * * * 9L", "day of week", "9"));
    CHECK(refuses("* * W * *", "day of month", "W"));
    CHECK(refuses("* * L-31 * *", "day of month", "L-31"));
    CHECK(refuses("* * L- * *", "day of month", "L"));
}

TEST(impossible_dates_are_refused) {
    CHECK(refuses("0 0 30 2 *", "day of month", "30"));
    CHECK(refuses("0 0 0 30 FEB ?", "day of month", "30"));
    CHECK(refuses("0 0 31 4,6,9,11 *", "day of month", "31"));
    CHECK(refuses("0 0 30 2 1", "day of month", "30"));
    CHECK(refuses("0 0 L-29 2 *", "day of month", "L-29"));
    CHECK(refuses("0 0 31W 4 *", "day of month", "31W"));
    CHECK(accepts("0 0 29 2 *") && accepts("0 0 29 2 1") && accepts("0 0 30,15 2 *") && accepts("0 0 L-28 2 *"));
    CHECK(accepts("0 0 * 2 MON#5"));
}

TEST(days_are_allowed_as_written) { // January 2026 begins on a Thursday (4), February on a Sunday (0)
    CHECK(days("0 0 13 * 5", 1, 31, 4) == "2 9 13 16 23 30");
    CHECK(days("0 0 */10 * 4", 1, 31, 4) == "1");
    CHECK(days("0 0 ? * 4", 1, 31, 4) == "1 8 15 22 29");
    CHECK(days("0 0 L * *", 1, 31, 4) == "31");
    CHECK(days("0 0 L-3,1 * *", 2, 28, 0) == "1 25");
    CHECK(days("0 0 LW * *", 1, 31, 4) == "30");
    CHECK(days("0 0 LW * *", 2, 28, 0) == "27");
    CHECK(days("0 0 1W * *", 2, 28, 0) == "2");
    CHECK(days("0 0 1W * *", 1, 31, 6) == "3");
    CHECK(days("0 0 15W,10W * *", 2, 28, 0) == "10 16");
    CHECK(days("0 0 31W * *", 2, 28, 0).empty());
    CHECK(days("0 0 31W * *", 1, 31, 5) == "29");
    CHECK(days("0 0 * * 5L", 1, 31, 4) == "30");
    CHECK(days("0 0 * * FRI#2,MON#1", 1, 31, 4) == "5 9");
    CHECK(days("0 0 * * thu#5", 1, 31, 4) == "29");
    CHECK(days("0 0 1 * monL", 2, 28, 0) == "1 23");
    CHECK(days("0 0 * 3 *", 2, 28, 0).empty());
}

TEST(random_texts_are_parsed_within_their_bounds) {
    std::mt19937 random(7);
    const char *const pieces[] = {"*",  "?",  "/",   "-",   ",",     "#",      "L", "W", " ", " ",      "\t", "0", "5",
                                  "31", "99", "mon", "JAN", "every", "second", "s", "h", "@", "@daily", "é",  ".", "7"};
    for (int round = 0; round < 200'000; ++round) {
        std::string text;
        for (auto left = random() % 14; left > 0; --left)
            text += pieces[random() % std::size(pieces)];
        const std::unique_ptr<char[]> exact(new char[text.size() + 1]); // the sanitizer guards its bounds
        std::memcpy(exact.get(), text.c_str(), text.size() + 1);
        if (accepts(exact.get()))
            continue;
        const bool inside = why.token >= exact.get() && why.token + why.token_length <= exact.get() + text.size();
        CHECK(inside && why.field != nullptr && why.reason != nullptr && why.hint != nullptr);
    }
}
