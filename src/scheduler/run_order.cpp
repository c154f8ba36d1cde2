// Which of the runs that are due start now. Pure: no server header.

#include "scheduler/run_order.hpp"

#include <algorithm>

namespace pgtv::scheduler {
namespace {

bool reads_from(const ReadsFrom *reads, int read_count, std::uint32_t reader, std::uint32_t source) {
    return std::any_of(reads, reads + read_count,
                       [=](const ReadsFrom &edge) { return edge.reader == reader && edge.source == source; });
}

/** Must `run` wait for `other`? */
bool waits_for(const PendingRun &run, const PendingRun &other, bool other_first, bool reads) {
    if (run.relation == other.relation)
        return other.running || other.chosen || other_first;
    return reads && other.due <= run.due;
}

} // namespace

int choose_runs(PendingRun *runs, int run_count, const ReadsFrom *reads, int read_count, std::int64_t now, int room) {
    int chosen = 0;
    for (int i = 0; i < run_count && chosen < room; i++) {
        PendingRun &run = runs[i];
        if (run.running || run.due > now)
            continue;
        bool waits = false;
        for (int j = 0; j < run_count && !waits; j++)
            waits = j != i && (runs[j].running || runs[j].due <= now) &&
                    waits_for(run, runs[j], j < i, reads_from(reads, read_count, run.relation, runs[j].relation));
        run.chosen = !waits;
        chosen += waits ? 0 : 1;
    }
    return chosen;
}

} // namespace pgtv::scheduler
