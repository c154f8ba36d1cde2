// What becomes of a due time: a run, a skip, or nothing. Pure: no server header. Lifetime: plain values.
#pragma once

#include <cstdint>

namespace pgtv::scheduler {

enum class Overlap { skip, queue_one };

/** The runs of a relation that are not finished. */
struct OpenRuns {
    bool running;
    int queued; // retries that wait for their time do not count
};

enum class DueAction {
    queue,  // a new run
    skip,   // no run, and the history says so
    absorb, // a queued run has not started yet: it will see everything a new one would
};

/** What to do at a due time while earlier runs of the relation are open. */
DueAction decide_due(Overlap overlap, OpenRuns open);

enum class MissedKind { once, skip, all };

struct MissedRule {
    MissedKind kind;
    int count; // of runs made up for, with `all`
};

/** Reads "once", "skip" or "all(n)"; anything else is once. */
MissedRule parse_missed_rule(const char *text);

/**
 * Whether a due time counts as missed: nobody looked at the clock when it came. `first_look` is the first look at the
 * clock since the server, or the scheduler, started. Times are microseconds.
 */
bool is_missed(std::int64_t due, std::int64_t now, bool first_look);

} // namespace pgtv::scheduler
