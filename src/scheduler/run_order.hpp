// Which of the runs that are due start now: owners take turns, each in due order, a relation's sources before it. Pure: no
// server header.
// Lifetime: a call.
#pragma once

#include <cstdint>

namespace pgtv::scheduler {

/** A run that is queued or at work. */
struct PendingRun {
    std::int64_t run_id;
    std::uint32_t relation;
    std::int64_t due;
    bool running;
    std::uint32_t owner;  // of the relation
    bool chosen;          // set by choose_runs
    bool held_up = false; // set by choose_runs: waits for another one
};

/** `reader` reads `source`, directly or through others. */
struct ReadsFrom {
    std::uint32_t reader;
    std::uint32_t source;
};

/** What is chosen from. */
struct Choice {
    PendingRun *runs; // in order of due time, then run_id
    int run_count;
    const ReadsFrom *reads;
    int read_count;
    std::int64_t now;
};

/**
 * Marks the runs to start now, at most `room`; returns how many. A run waits while its relation is at work, and for runs of
 * what its relation reads that were due no later than itself: a later run of a source does not hold it up, so that nothing
 * starves. The owners of relations take turns, so that nobody's many runs keep those of others waiting: the next is the one
 * after `*last_owner`, which is moved on.
 */
int choose_runs(const Choice &choice, int room, std::uint32_t *last_owner);

} // namespace pgtv::scheduler
