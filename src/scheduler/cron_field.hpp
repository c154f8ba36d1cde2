// One field of a cron expression: lists of values, ranges, steps and the special days. Pure: no server header.
// Lifetime: a call.
#pragma once

#include "scheduler/cron.hpp"

namespace pgtv::scheduler {

/** A stretch of the text being parsed. */
struct Piece {
    const char *begin;
    const char *end;

    [[nodiscard]] int length() const {
        return static_cast<int>(end - begin);
    }
    [[nodiscard]] bool empty() const {
        return begin == end;
    }
};

/** What is said about `piece`: false, and why. */
bool refuse(ScheduleError &error, Piece piece, const char *reason);

/** The field names, as error messages say them. */
inline constexpr const char *second_field = "second";
inline constexpr const char *minute_field = "minute";
inline constexpr const char *hour_field = "hour";
inline constexpr const char *month_day_field = "day of month";
inline constexpr const char *month_field = "month";
inline constexpr const char *weekday_field = "day of week";

/** Parses the field called `field` (one of the names above) into its part of `schedule`. */
bool parse_field(const char *field, Piece text, Schedule &schedule, ScheduleError &error);

bool is_blank(char c);
bool is_digit(char c);
bool is_letter(char c);
/** Is `piece` the word `lower` (in lower case), in any case? */
bool is_word(Piece piece, const char *lower);

} // namespace pgtv::scheduler
