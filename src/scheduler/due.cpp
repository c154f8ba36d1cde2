// What becomes of a due time: a run, a skip, or nothing. Pure: no server header.

#include "scheduler/due.hpp"

#include <charconv>
#include <string_view>

namespace pgtv::scheduler {
namespace {

constexpr std::int64_t tolerated_delay = 10 * 1000000; // of a scheduler that is at work
constexpr std::int64_t tolerated_at_start = 1000000;

} // namespace

DueAction decide_due(Overlap overlap, OpenRuns open) {
    if (open.queued > 0)
        return DueAction::absorb;
    if (open.running && overlap == Overlap::skip)
        return DueAction::skip;
    return DueAction::queue;
}

MissedRule parse_missed_rule(const char *text) {
    std::string_view rule(text);
    if (rule == "skip")
        return {MissedKind::skip, 0};
    if (!rule.starts_with("all(") || !rule.ends_with(")"))
        return {MissedKind::once, 1};
    rule = rule.substr(4, rule.size() - 5);
    int count = 0;
    const auto [end, error] = std::from_chars(rule.data(), rule.data() + rule.size(), count);
    if (error != std::errc() || end != rule.data() + rule.size() || count < 1)
        return {MissedKind::once, 1};
    return {MissedKind::all, count};
}

bool is_missed(std::int64_t due, std::int64_t now, bool first_look) {
    return now - due > (first_look ? tolerated_at_start : tolerated_delay);
}

} // namespace pgtv::scheduler
