// Next runs against hand-made time zones: the daylight-saving table, and random schedules against a search that tries
// every minute of local time.
// sources: src/scheduler/next_run.cpp src/scheduler/cron.cpp src/scheduler/cron_field.cpp src/scheduler/interval.cpp
#include "scheduler/next_run.hpp"
#include "unit.hpp"

#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace pgtv::scheduler;

constexpr std::int64_t hour = 3600;
constexpr std::int64_t day = 24 * hour;

/** 00:00 of a date, as seconds since 1970-01-01 00:00. */
std::int64_t date(int year, unsigned month, unsigned on) {
    return std::int64_t{std::chrono::sys_days{std::chrono::year{year} / month / on}.time_since_epoch().count()} * day;
}

/** A zone by its offset changes: (instant, offset from then on). */
class RuledZone final : public TimeZone {
public:
    RuledZone(std::int64_t first, std::map<Instant, std::int64_t> changes)
        : first_(first), changes_(std::move(changes)) {}

    [[nodiscard]] Period period_at(Instant instant) const override {
        const auto next = changes_.upper_bound(instant);
        const std::int64_t offset = next == changes_.begin() ? first_ : std::prev(next)->second;
        return {offset, next == changes_.end() ? never : next->first};
    }

private:
    std::int64_t first_;
    std::map<Instant, std::int64_t> changes_;
};

RuledZone new_york() {
    return {-5 * hour, {{date(2026, 3, 8) + 7 * hour, -4 * hour}, {date(2026, 11, 1) + 6 * hour, -5 * hour}}};
}

RuledZone paris() {
    return {hour, {{date(2026, 3, 29) + hour, 2 * hour}, {date(2026, 10, 25) + hour, hour}}};
}

RuledZone lord_howe() { // half an hour of daylight saving
    return {
        11 * hour,
        {{date(2026, 4, 4) + 15 * hour, 10 * hour + hour / 2}, {date(2026, 10, 3) + 15 * hour + hour / 2, 11 * hour}}};
}

RuledZone apia() { // 2011-12-30 did not happen
    return {-10 * hour, {{date(2011, 12, 30) + 10 * hour, 14 * hour}}};
}

Schedule parse(const std::string &text) {
    Schedule schedule;
    ScheduleError error;
    CHECK(parse_schedule(text.c_str(), schedule, error));
    return schedule;
}

/** Local times of the runs of `text` in (from, to), `from` and `to` local times with the offset of their side. */
std::vector<Instant> runs(const std::string &text, const TimeZone &zone, Instant after, Instant before) {
    const Schedule schedule = parse(text);
    std::vector<Instant> all;
    for (Instant run = after; (run = next_calendar_run(schedule, zone, run, before - 1)) != never;)
        all.push_back(run);
    return all;
}

/** The same by trying every minute of local time: for schedules without seconds. */
std::set<Instant> slow_runs(const Schedule &schedule, const TimeZone &zone, Instant from, Instant before) {
    const auto allows = [&](std::int64_t local) {
        const std::chrono::sys_days on{std::chrono::days{(local - (local % day + day) % day) / day}};
        const std::chrono::year_month_day date{on};
        const auto length = static_cast<unsigned>((date.year() / date.month() / std::chrono::last).day());
        const std::int64_t time = (local % day + day) % day;
        return (schedule.hours >> (time / hour) & 1U) != 0 && (schedule.minutes >> (time / 60 % 60) & 1U) != 0 &&
               allows_day(schedule, static_cast<int>(static_cast<unsigned>(date.month())),
                          static_cast<int>(static_cast<unsigned>(date.day())),
                          static_cast<int>(std::chrono::weekday{on}.c_encoding()), static_cast<int>(length));
    };
    std::map<std::int64_t, Instant> first_of; // local time → the first instant that has it
    std::set<Instant> result;
    Instant previous = 0;
    std::int64_t reached = std::numeric_limits<std::int64_t>::min();
    for (Instant at = from - 3 * day; at < before; at += 60) {
        const std::int64_t local = at + zone.period_at(at).offset;
        const bool seen = !first_of.emplace(local, at).second;
        if (schedule.every_hour() ? allows(local) : !seen && allows(local))
            result.insert(at);
        if (!schedule.every_hour() && previous != 0)
            for (std::int64_t skipped = reached + 60; skipped < local; skipped += 60)
                if (allows(skipped))
                    result.insert(at);
        previous = at;
        reached = std::max(reached, local);
    }
    result.erase(result.begin(), result.lower_bound(from));
    return result;
}

std::string random_field(std::mt19937 &random, int low, int high) {
    const auto pick = [&](int from, int to) { return std::uniform_int_distribution<>(from, to)(random); };
    switch (pick(0, 4)) {
    case 0:
        return "*";
    case 1:
        return "*/" + std::to_string(pick(1, 6));
    case 2: {
        const int from = pick(low, high);
        return std::to_string(from) + "-" + std::to_string(pick(from, high));
    }
    case 3:
        return std::to_string(pick(low, high)) + "," + std::to_string(pick(low, high));
    default:
        return std::to_string(pick(low, high));
    }
}

} // namespace

TEST(gap_runs_once_at_the_first_instant_after_it) {
    const Instant spring = date(2026, 3, 8) + 7 * hour;
    CHECK((runs("30 2 * * *", new_york(), spring - 12 * hour, spring + 12 * hour) == std::vector<Instant>{spring}));
    CHECK((runs("*/10 2 * * *", new_york(), spring - 12 * hour, spring + 12 * hour) == std::vector<Instant>{spring}));
    CHECK((runs("15 2,3 * * *", new_york(), spring - 12 * hour, spring + 12 * hour) ==
           std::vector<Instant>{spring, spring + 15 * 60}));
    CHECK((runs("0 2,3 * * *", new_york(), spring - 12 * hour, spring + 12 * hour) == std::vector<Instant>{spring}));
    CHECK((runs("30 2 * * *", new_york(), spring, spring + 24 * hour) ==
           std::vector<Instant>{spring + 23 * hour + hour / 2}));
    const Instant howe = date(2026, 10, 3) + 15 * hour + hour / 2;
    CHECK((runs("15 2 * * *", lord_howe(), howe - 12 * hour, howe + 12 * hour) == std::vector<Instant>{howe}));
    CHECK((runs("30 2 * * *", lord_howe(), howe - 12 * hour, howe + 12 * hour) == std::vector<Instant>{howe}));
}

TEST(fold_runs_once_the_first_time) {
    const Instant autumn = date(2026, 11, 1) + 6 * hour; // 2:00 EDT becomes 1:00 EST
    CHECK((runs("30 1 * * *", new_york(), autumn - 12 * hour, autumn + 12 * hour) ==
           std::vector<Instant>{autumn - hour / 2}));
    CHECK((runs("30 1 * * *", new_york(), autumn, autumn + 12 * hour).empty()));
    const Instant paris_autumn = date(2026, 10, 25) + hour;
    CHECK((runs("0 2 * * *", paris(), paris_autumn - 12 * hour, paris_autumn + 12 * hour) ==
           std::vector<Instant>{paris_autumn - hour}));
    const Instant howe = date(2026, 4, 4) + 15 * hour;
    CHECK(
        (runs("45 1 * * *", lord_howe(), howe - 12 * hour, howe + 12 * hour) == std::vector<Instant>{howe - hour / 4}));
}

TEST(every_hour_follows_real_hours) {
    const Instant long_day = date(2026, 11, 1) + 4 * hour;
    CHECK(runs("0 * * * *", new_york(), long_day - 1, long_day + 25 * hour).size() == 25);
    const Instant short_day = date(2026, 3, 8) + 5 * hour;
    CHECK(runs("0 * * * *", new_york(), short_day - 1, short_day + 23 * hour).size() == 23);
    CHECK(runs("30 * * * *", new_york(), short_day - 1, short_day + 23 * hour).size() == 23);
    CHECK(runs("*/5 * * * *", new_york(), long_day - 1, long_day + 25 * hour).size() == 300);
}

TEST(skipped_day_runs_once_after_it) {
    const Instant change = date(2011, 12, 30) + 10 * hour;
    CHECK((runs("0 12 * * *", apia(), change - 24 * hour, change + 24 * hour) ==
           std::vector<Instant>{change - 12 * hour, change, change + 12 * hour}));
    CHECK((runs("0 12 30 12 *", apia(), change - 24 * hour, change + 24 * hour) == std::vector<Instant>{change}));
    CHECK((runs("0 */3 * * 5", apia(), change - 24 * hour, change + 24 * hour) == std::vector<Instant>{change}));
}

TEST(random_schedules_match_the_slow_search) {
    std::mt19937 random(20261120);
    const RuledZone zones[] = {new_york(), paris(), lord_howe(), apia()};
    const Instant around[] = {date(2026, 3, 8), date(2026, 11, 1), date(2026, 3, 29), date(2026, 10, 25),
                              date(2026, 4, 4), date(2026, 10, 3), date(2011, 12, 30)};
    for (int round = 0; round < 400; ++round) {
        const std::string text = random_field(random, 0, 59) + " " + random_field(random, 0, 23) + " " +
                                 random_field(random, 1, 28) + " * " + random_field(random, 0, 6);
        const RuledZone &zone = zones[random() % 4];
        const Instant from = around[random() % 7] - day;
        const auto fast = runs(text, zone, from - 1, from + 4 * day);
        const auto slow = slow_runs(parse(text), zone, from, from + 4 * day);
        CHECK((std::set<Instant>(fast.begin(), fast.end()) == slow));
        CHECK(fast.size() == slow.size());
        if (pgtv::unit::failed()) {
            std::printf("# %s\n", text.c_str());
            return;
        }
    }
}

TEST(rare_dates_are_found_and_limits_kept) {
    const RuledZone utc(0, {});
    CHECK(runs("0 0 29 2 *", utc, date(2096, 3, 1), date(2104, 3, 1)) == std::vector<Instant>{date(2104, 2, 29)});
    CHECK(runs("30 15 10 29 2 ?", utc, date(2026, 1, 1), date(2029, 1, 1)) ==
          std::vector<Instant>{date(2028, 2, 29) + 10 * hour + 15 * 60 + 30});
    CHECK(next_calendar_run(parse("0 0 1 1 *"), utc, date(2026, 1, 1), date(2026, 12, 31)) == never);
    CHECK(next_calendar_run(parse("0 0 1 1 *"), utc, date(2026, 1, 1), date(2027, 1, 1)) == date(2027, 1, 1));
    const Instant far = std::int64_t{2'000'000} * 366 * day;
    CHECK(next_calendar_run(parse("* * * * * *"), utc, far, never - 1) == far + 1);
    CHECK(next_calendar_run(parse("* * * * * *"), utc, -far, never - 1) == -far + 1);
}

TEST(intervals_are_anchored) {
    CHECK(next_interval_run(30, 100, 0) == 120);
    CHECK(next_interval_run(30, 120, 0) == 150);
    CHECK(next_interval_run(30, 119, 7) == 127);
    CHECK(next_interval_run(30, -100, 0) == -90);
    CHECK(next_interval_run(30, 0, 1000) == 10);
    CHECK(next_interval_run(30, never, -30) == never);
    CHECK(next_interval_run(never, never, 0) == never);
}
