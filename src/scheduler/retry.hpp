// Which failures are tried again, and when. Pure: no server header. Lifetime: plain values.
#pragma once

#include <cstdint>

namespace pgtv::scheduler {

enum class FailureClass {
    passing,   // may heal by itself: tried again after a pause
    permanent, // comes again until somebody changes the view, its indexes or its sources: the schedule stops
    other,     // not tried again; the schedule goes on
};

/** The class of an error by its SQLSTATE, five characters. */
FailureClass classify_failure(const char *sqlstate);

/** The pause before the attempt after `attempt` (1 = the first): doubles each time up to `largest`. */
std::int64_t retry_pause(std::int64_t initial, std::int64_t largest, int attempt);

} // namespace pgtv::scheduler
