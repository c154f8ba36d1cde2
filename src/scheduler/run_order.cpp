// Which of the runs that are due start now. Pure: no server header.

#include "scheduler/run_order.hpp"

#include <algorithm>

namespace pgtv::scheduler {
namespace {

bool reads_from(const Choice &choice, std::uint32_t reader, std::uint32_t source) {
    return std::any_of(choice.reads, choice.reads + choice.read_count,
                       [=](const ReadsFrom &edge) { return edge.reader == reader && edge.source == source; });
}

/** Must `run` wait for `other`? */
bool waits_for(const PendingRun &run, const PendingRun &other, bool other_first, bool reads) {
    if (run.relation == other.relation)
        return other.running || other.chosen || other_first;
    return reads && other.due <= run.due;
}

/** Its relation is at work or chosen, or it has to come after what its relation reads. */
bool waits(const Choice &choice, int index) {
    const PendingRun &run = choice.runs[index];
    for (int i = 0; i < choice.run_count; i++) {
        const PendingRun &other = choice.runs[i];
        if (i != index && (other.running || other.due <= choice.now) &&
            waits_for(run, other, i < index, reads_from(choice, run.relation, other.relation)))
            return true;
    }
    return false;
}

/** The first run of the owner whose turn it is; -1 if none may start. */
int next_in_turn(const Choice &choice, std::uint32_t last_owner) {
    int next = -1;
    std::uint32_t distance = 0;
    for (int i = 0; i < choice.run_count; i++) {
        const PendingRun &run = choice.runs[i];
        if (run.running || run.chosen || run.held_up || run.due > choice.now)
            continue;
        const std::uint32_t to_owner = run.owner - last_owner - 1; // around: the last one comes last
        if (next >= 0 && to_owner >= distance)
            continue;
        next = i;
        distance = to_owner;
    }
    return next;
}

} // namespace

int choose_runs(const Choice &choice, int room, std::uint32_t *last_owner) {
    int chosen = 0;
    while (chosen < room) {
        const int next = next_in_turn(choice, *last_owner);
        if (next < 0)
            return chosen;
        PendingRun &run = choice.runs[next];
        run.held_up = waits(choice, next);
        if (run.held_up)
            continue;
        run.chosen = true;
        *last_owner = run.owner;
        chosen++;
    }
    return chosen;
}

} // namespace pgtv::scheduler
