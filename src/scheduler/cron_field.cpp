// Parses one field of a cron expression. Pure: no server header. Lifetime: a call.

#include "scheduler/cron_field.hpp"

#include <cstring>

namespace pgtv::scheduler {
namespace {

constexpr const char *month_names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr const char *day_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct FieldKind {
    const char *name;
    int low;
    int high;
    const char *const *names;
    int name_count;
    const char *hint;
};

constexpr FieldKind kinds[] = {
    {second_field, 0, 59, nullptr, 0, "Write 0 to 59, *, lists (0,30), ranges (0-29) or steps (*/10)."},
    {minute_field, 0, 59, nullptr, 0, "Write 0 to 59, *, lists (0,30), ranges (0-29) or steps (*/5)."},
    {hour_field, 0, 23, nullptr, 0, "Write 0 to 23, *, lists (9,17), ranges (9-17) or steps (*/2)."},
    {month_day_field, 1, 31, nullptr, 0,
     "Write 1 to 31, *, lists, ranges, steps, L (last day), L-3 (third before the last), LW (last working day) or 15W "
     "(working day nearest to the 15th)."},
    {month_field, 1, 12, month_names, 12, "Write 1 to 12 or JAN to DEC, *, lists, ranges (MAR-MAY) or steps (*/3)."},
    {weekday_field, 0, 7, day_names, 7,
     "Write 0 to 7 (0 and 7 are Sunday) or SUN to SAT, *, lists, ranges (MON-FRI), 5L (last Friday) or 5#2 (second "
     "Friday)."},
};

const FieldKind *find_kind(const char *field) {
    for (const FieldKind &kind : kinds)
        if (std::strcmp(kind.name, field) == 0)
            return &kind;
    return nullptr;
}

/** The value of `piece`, a number or a name of the field; -1 with `error` if it is none. */
int parse_value(const FieldKind &kind, Piece piece, ScheduleError &error) {
    if (piece.empty()) {
        refuse(error, piece, "a value is missing");
        return -1;
    }
    for (int i = 0; i < kind.name_count; ++i)
        if (is_word(piece, kind.names[i]))
            return i + kind.low;
    int value = 0;
    for (const char *at = piece.begin; at < piece.end; ++at) {
        if (!is_digit(*at) || value > kind.high) {
            refuse(error, piece, is_digit(*at) ? "the value is out of range" : "this is no value of the field");
            return -1;
        }
        value = value * 10 + (*at - '0');
    }
    if (value < kind.low || value > kind.high) {
        refuse(error, piece, "the value is out of range");
        return -1;
    }
    return value;
}

/** The number after the slash, 1 without one; -1 with `error` if it is none. */
int parse_step(const FieldKind &kind, Piece step, ScheduleError &error) {
    int value = 0;
    if (step.empty()) {
        refuse(error, step, "the step is missing");
        return -1;
    }
    for (const char *at = step.begin; at < step.end; ++at) {
        if (!is_digit(*at)) {
            refuse(error, step, "the step is no number");
            return -1;
        }
        if (value <= kind.high)
            value = value * 10 + (*at - '0');
    }
    if (value == 0 || value > kind.high - kind.low + 1) {
        refuse(error, step, value == 0 ? "the step is zero" : "the step is larger than the range of the field");
        return -1;
    }
    return value;
}

const char *find(Piece piece, char wanted) {
    for (const char *at = piece.begin; at < piece.end; ++at)
        if (*at == wanted)
            return at;
    return nullptr;
}

struct Range {
    int low;
    int high;
};

bool parse_range(const FieldKind &kind, Piece piece, bool stepped, Range &range, ScheduleError &error) {
    if (piece.length() == 1 && *piece.begin == '*') {
        range = {kind.low, kind.high};
        return true;
    }
    const char *dash = find(piece, '-');
    range.low = parse_value(kind, {piece.begin, dash != nullptr ? dash : piece.end}, error);
    if (range.low < 0)
        return false;
    range.high = stepped ? kind.high : range.low; // 5/15: from 5 on
    if (dash == nullptr)
        return true;
    range.high = parse_value(kind, {dash + 1, piece.end}, error);
    if (range.high < 0)
        return false;
    if (kind.name == weekday_field && range.high == 0 && range.low > 0)
        range.high = 7; // FRI-SUN
    return range.low <= range.high || refuse(error, piece, "the range runs backwards");
}

/** A value, range or step: sets its bits. */
bool parse_values(const FieldKind &kind, Piece item, std::uint64_t &bits, ScheduleError &error) {
    const char *slash = find(item, '/');
    Range range = {};
    if (!parse_range(kind, {item.begin, slash != nullptr ? slash : item.end}, slash != nullptr, range, error))
        return false;
    const int step = slash == nullptr ? 1 : parse_step(kind, {slash + 1, item.end}, error);
    if (step < 0)
        return false;
    if (kind.name == weekday_field && range.low == 0 && range.high == 7)
        range.high = 6; // each day once, or steps would count Sunday twice
    for (int value = range.low; value <= range.high; value += step)
        bits |= std::uint64_t{1} << value;
    return true;
}

bool ends_with(Piece piece, char lower) {
    return piece.length() > 1 && (piece.end[-1] | 0x20) == lower;
}

/** L, L-3, LW, 15W. `special`: it is one of them. */
bool parse_special_month_day(const FieldKind &kind, Piece item, DayRules &rules, bool &special, ScheduleError &error) {
    special = true;
    if (is_word(item, "l")) {
        rules.days_before_end |= 1;
    } else if (is_word(item, "lw")) {
        rules.last_working_day = true;
    } else if (item.length() > 2 && (*item.begin | 0x20) == 'l' && item.begin[1] == '-') {
        const int days = parse_value(kind, {item.begin + 2, item.end}, error);
        if (days < 0)
            return false;
        if (days > 30)
            return refuse(error, item, "no month has so many days before its last");
        rules.days_before_end |= 1U << days;
    } else if (ends_with(item, 'w')) {
        const int day = parse_value(kind, {item.begin, item.end - 1}, error);
        if (day < 0)
            return false;
        rules.working_days |= 1U << day;
    } else {
        special = false;
    }
    return true;
}

/** 5L, FRIL, 5#2. `special`: it is one of them. */
bool parse_special_weekday(const FieldKind &kind, Piece item, DayRules &rules, bool &special, ScheduleError &error) {
    const char *hash = find(item, '#');
    special = hash != nullptr || ends_with(item, 'l') || is_word(item, "l");
    if (!special)
        return true;
    if (is_word(item, "l"))
        return refuse(error, item, "L needs the day whose last one is meant");
    const int weekday = parse_value(kind, {item.begin, hash != nullptr ? hash : item.end - 1}, error);
    if (weekday < 0)
        return false;
    const auto bit = static_cast<std::uint8_t>(1U << (weekday % 7));
    if (hash == nullptr) {
        rules.last_weekdays |= bit;
        return true;
    }
    if (item.end - hash != 2 || hash[1] < '1' || hash[1] > '5')
        return refuse(error, item, "the number after # is not 1 to 5");
    rules.nth_weekdays[hash[1] - '1'] |= bit;
    return true;
}

bool parse_day_item(const FieldKind &kind, Piece item, DayRules &rules, ScheduleError &error) {
    const bool monthly = kind.name == month_day_field;
    bool special = false;
    const bool ok = monthly ? parse_special_month_day(kind, item, rules, special, error)
                            : parse_special_weekday(kind, item, rules, special, error);
    if (!ok || special)
        return ok;
    std::uint64_t bits = 0;
    if (!parse_values(kind, item, bits, error))
        return false;
    if (monthly)
        rules.days |= static_cast<std::uint32_t>(bits);
    else
        rules.weekdays |= static_cast<std::uint8_t>((bits | bits >> 7) & 0x7F); // 7 is Sunday too
    return true;
}

/** Calls `parse_item` with each element of the comma-separated list. */
template <typename ParseItem>
bool for_each_item(Piece text, ParseItem parse_item) {
    for (const char *from = text.begin;;) {
        const char *comma = find({from, text.end}, ',');
        if (!parse_item(Piece{from, comma != nullptr ? comma : text.end}))
            return false;
        if (comma == nullptr)
            return true;
        from = comma + 1;
    }
}

bool parse_day_field(const FieldKind &kind, Piece text, DayRules &rules, ScheduleError &error) {
    if (text.length() == 1 && *text.begin == '?')
        return parse_day_item(kind, {"*", &"*"[1]}, rules, error);
    rules.given = *text.begin != '*';
    return for_each_item(text, [&](Piece item) { return parse_day_item(kind, item, rules, error); });
}

} // namespace

bool refuse(ScheduleError &error, Piece piece, const char *reason) {
    error.token = piece.begin;
    error.token_length = piece.length();
    error.reason = reason;
    return false;
}

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(Piece piece, const char *lower) {
    if (static_cast<int>(std::strlen(lower)) != piece.length())
        return false;
    for (int i = 0; i < piece.length(); ++i)
        if ((is_letter(piece.begin[i]) ? piece.begin[i] | 0x20 : piece.begin[i]) != lower[i])
            return false;
    return true;
}

bool parse_field(const char *field, Piece text, Schedule &schedule, ScheduleError &error) {
    const FieldKind &kind = *find_kind(field);
    error.field = kind.name;
    error.hint = kind.hint;
    if (kind.name == month_day_field || kind.name == weekday_field)
        return parse_day_field(kind, text, kind.name == month_day_field ? schedule.month_days : schedule.week_days,
                               error);
    std::uint64_t bits = 0;
    if (!for_each_item(text, [&](Piece item) { return parse_values(kind, item, bits, error); }))
        return false;
    if (kind.name == second_field)
        schedule.seconds = bits;
    else if (kind.name == minute_field)
        schedule.minutes = bits;
    else if (kind.name == hour_field)
        schedule.hours = static_cast<std::uint32_t>(bits);
    else
        schedule.months = static_cast<std::uint16_t>(bits);
    return true;
}

} // namespace pgtv::scheduler
