// Which of the runs that are due start now: due order, a relation's sources before it. Pure: no server header.
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
    bool chosen; // set by choose_runs
};

/** `reader` reads `source`, directly or through others. */
struct ReadsFrom {
    std::uint32_t reader;
    std::uint32_t source;
};

/**
 * Marks the runs to start now, at most `room`; returns how many. `runs` are in order of due time, then run_id. A run
 * waits while its relation is at work, and for runs of what its relation reads that were due no later than itself: a
 * later run of a source does not hold it up, so that nothing starves.
 */
int choose_runs(PendingRun *runs, int run_count, const ReadsFrom *reads, int read_count, std::int64_t now, int room);

} // namespace pgtv::scheduler
