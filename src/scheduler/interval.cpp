// Parses schedules written as an interval. Pure: no server header. Lifetime: a call.

#include "scheduler/interval.hpp"

namespace pgtv::scheduler {
namespace {

struct Unit {
    const char *name; // the singular; an s may follow unless it is an abbreviation
    const char *abbreviations[3];
    std::int64_t seconds;
};

constexpr Unit units[] = {{"second", {"s", "sec", "secs"}, 1},
                          {"minute", {"m", "min", "mins"}, 60},
                          {"hour", {"h", "hr", "hrs"}, 3600},
                          {"day", {"d", nullptr, nullptr}, 86'400},
                          {"week", {"w", "wk", "wks"}, 604'800}};

constexpr std::int64_t longest = std::int64_t{36'525} * 86'400;
constexpr const char *field = "interval";
constexpr const char *hint =
    "Write whole seconds, minutes, hours, days or weeks, such as '30 seconds' or '1 hour 30 minutes'; months and years "
    "are cron expressions.";

/** Seconds of the unit called `word`, 0 if there is none. */
std::int64_t find_unit(Piece word) {
    const Piece singular = {word.begin, word.end - (word.length() > 1 && (word.end[-1] | 0x20) == 's' ? 1 : 0)};
    for (const Unit &unit : units) {
        if (is_word(word, unit.name) || is_word(singular, unit.name))
            return unit.seconds;
        for (const char *abbreviation : unit.abbreviations)
            if (abbreviation != nullptr && is_word(word, abbreviation))
                return unit.seconds;
    }
    return 0;
}

void skip_blanks(Piece &text) {
    while (!text.empty() && is_blank(*text.begin))
        ++text.begin;
}

template <typename Belongs>
Piece take(Piece &text, Belongs belongs) {
    const char *from = text.begin;
    while (!text.empty() && belongs(*text.begin))
        ++text.begin;
    return {from, text.begin};
}

void skip_every(Piece &text) {
    skip_blanks(text);
    Piece rest = text;
    if (!is_word(take(rest, is_letter), "every"))
        return;
    skip_blanks(rest);
    text = rest;
}

int count_words(Piece text) {
    int words = 0;
    for (skip_blanks(text); !text.empty(); skip_blanks(text)) {
        take(text, [](char c) { return !is_blank(c); });
        ++words;
    }
    return words;
}

bool add_part(Piece &text, std::int64_t &total, ScheduleError &error) {
    const Piece digits = take(text, is_digit);
    if (digits.empty())
        return refuse(error, take(text, [](char c) { return !is_blank(c); }), "a whole number is needed");
    std::int64_t number = 0;
    for (const char *at = digits.begin; at < digits.end && number <= longest; ++at)
        number = number * 10 + (*at - '0');
    skip_blanks(text);
    const Piece word = take(text, [](char c) { return !is_blank(c) && !is_digit(c); });
    const std::int64_t seconds = find_unit(word);
    if (seconds == 0)
        return refuse(error, word, word.empty() ? "the unit is missing" : "this is no unit of time with whole seconds");
    if (number > longest / seconds || (total += number * seconds) > longest)
        return refuse(error, {digits.begin, word.end}, "the interval is longer than 100 years");
    skip_blanks(text);
    return true;
}

} // namespace

bool looks_like_interval(Piece text) {
    const int words = count_words(text);
    const char *begin = text.begin;
    skip_every(text);
    if (text.begin != begin && !text.empty() && count_words(text) < words)
        return true;
    if (take(text, is_digit).empty())
        return false;
    skip_blanks(text);
    const Piece word = take(text, is_letter);
    return !word.empty() && (words < 5 || find_unit(word) != 0);
}

bool parse_interval(Piece text, Schedule &schedule, ScheduleError &error) {
    error.field = field;
    error.hint = hint;
    const Piece whole = text;
    schedule.kind = ScheduleKind::interval;
    for (skip_every(text); !text.empty();)
        if (!add_part(text, schedule.interval, error))
            return false;
    return schedule.interval > 0 || refuse(error, whole, "the shortest interval is 1 second");
}

} // namespace pgtv::scheduler
