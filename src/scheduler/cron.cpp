// Parses schedules and decides which days they allow. Pure: no server header. Lifetime: a call.

#include "scheduler/cron.hpp"

#include "scheduler/cron_field.hpp"
#include "scheduler/interval.hpp"

#include <bit>
#include <cstring>

namespace pgtv::scheduler {
namespace {

constexpr const char *whole_hint = "Write five cron fields (minute, hour, day of month, month, day of week), six with "
                                   "the second first, @hourly, @daily, "
                                   "@weekly, @monthly, @yearly or @reboot, or an interval such as '30 seconds'.";

struct Macro {
    const char *name;
    const char *fields; // nullptr: when the server starts
};

constexpr Macro macros[] = {{"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
                            {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
                            {"@hourly", "0 * * * *"}, {"@reboot", nullptr}};

constexpr int most_words = 6;

bool refuse_whole(ScheduleError &error, Piece text, const char *reason) {
    error.field = "schedule";
    error.hint = whole_hint;
    return refuse(error, text, reason);
}

Piece trim(const char *text) {
    Piece piece = {text, text + std::strlen(text)};
    while (!piece.empty() && is_blank(*piece.begin))
        ++piece.begin;
    while (!piece.empty() && is_blank(piece.end[-1]))
        --piece.end;
    return piece;
}

/** Splits `text` at blanks; the number of words, at most one more than fit. */
int split(Piece text, Piece words[most_words]) {
    int count = 0;
    for (const char *at = text.begin; at < text.end;) {
        const char *from = at;
        while (at < text.end && !is_blank(*at))
            ++at;
        if (count == most_words)
            return count + 1;
        words[count++] = {from, at};
        while (at < text.end && is_blank(*at))
            ++at;
    }
    return count;
}

/** Length of a month; `leap`: of a leap year. */
int month_length(int month, bool leap) {
    constexpr int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap ? 29 : lengths[month - 1];
}

bool has(std::uint32_t bits, int bit) {
    return bit >= 0 && bit < 32 && (bits >> bit & 1U) != 0;
}

/** The Monday to Friday nearest to `day` of a month in which `known` is a `weekday`. */
int nearest_working_day(int day, int known, int weekday, int length) {
    const int on = ((weekday + day - known) % 7 + 7) % 7;
    if (on == 6)
        return day > 1 ? day - 1 : day + 2;
    if (on == 0)
        return day < length ? day + 1 : day - 2;
    return day;
}

bool allows_month_day(const DayRules &rules, int day, int weekday, int length) {
    if (has(rules.days, day) || has(rules.days_before_end, length - day))
        return true;
    if (weekday == 0 || weekday == 6)
        return false;
    if (rules.last_working_day && day == nearest_working_day(length, day, weekday, length))
        return true;
    for (std::uint32_t left = rules.working_days; left != 0; left &= left - 1) {
        const int target = std::countr_zero(left);
        if (target <= length && day == nearest_working_day(target, day, weekday, length))
            return true;
    }
    return false;
}

bool allows_weekday(const DayRules &rules, int day, int weekday, int length) {
    return has(rules.weekdays, weekday) || has(rules.nth_weekdays[(day - 1) / 7], weekday) ||
           (day + 7 > length && has(rules.last_weekdays, weekday));
}

/** Is there a day, in any year, that `allows` of month, day, weekday and length of the month? */
template <typename Allows>
bool any_day(Allows allows) {
    for (int kind = 0; kind < 14; ++kind) { // leap or not, and the weekday of January 1st
        int weekday = kind % 7;
        for (int month = 1; month <= 12; ++month) {
            const int length = month_length(month, kind >= 7);
            for (int day = 1; day <= length; ++day, weekday = (weekday + 1) % 7)
                if (allows(month, day, weekday, length))
                    return true;
        }
    }
    return false;
}

/** Refuses dates that never come, also where a day of the week would run instead: they are a mistake. */
bool check_possible(const Schedule &schedule, Piece month_days, ScheduleError &error) {
    const bool possible = any_day([&](int month, int day, int weekday, int length) {
        return schedule.month_days.given
                   ? has(schedule.months, month) && allows_month_day(schedule.month_days, day, weekday, length)
                   : allows_day(schedule, month, day, weekday, length);
    });
    if (possible)
        return true;
    error.field = month_day_field;
    error.hint = "Choose a day that the months of the schedule have; L is the last day of each month.";
    return refuse(error, month_days, "no month of the schedule has such a day");
}

bool parse_words(Piece text, Schedule &schedule, ScheduleError &error) {
    static constexpr const char *fields[] = {second_field,    minute_field, hour_field,
                                             month_day_field, month_field,  weekday_field};
    Piece words[most_words] = {};
    const int count = split(text, words);
    if (count > most_words)
        return refuse_whole(error, text, "there are more than six fields");
    if (count < most_words - 1)
        return refuse_whole(error, text, "there are fewer than five fields");
    schedule.seconds = 1;
    const int skipped = most_words - count;
    for (int i = 0; i < count; ++i)
        if (!parse_field(fields[i + skipped], words[i], schedule, error))
            return false;
    return check_possible(schedule, words[count - 3], error);
}

bool parse_macro(Piece text, Schedule &schedule, ScheduleError &error) {
    for (const Macro &macro : macros) {
        if (!is_word(text, macro.name))
            continue;
        if (macro.fields != nullptr)
            return parse_words(trim(macro.fields), schedule, error);
        schedule.kind = ScheduleKind::at_start;
        return true;
    }
    return refuse_whole(error, text, "there is no such macro");
}

} // namespace

bool parse_schedule(const char *text, Schedule &schedule, ScheduleError &error) {
    schedule = {};
    error = {};
    const Piece piece = trim(text);
    if (piece.empty())
        return refuse_whole(error, piece, "it is empty");
    if (*piece.begin == '@')
        return parse_macro(piece, schedule, error);
    if (looks_like_interval(piece))
        return parse_interval(piece, schedule, error);
    return parse_words(piece, schedule, error);
}

bool allows_day(const Schedule &schedule, int month, int day, int weekday, int length) {
    if (!has(schedule.months, month))
        return false;
    const bool by_date = allows_month_day(schedule.month_days, day, weekday, length);
    const bool by_weekday = allows_weekday(schedule.week_days, day, weekday, length);
    return schedule.month_days.given && schedule.week_days.given ? by_date || by_weekday : by_date && by_weekday;
}

} // namespace pgtv::scheduler
