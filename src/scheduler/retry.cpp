// Which failures are tried again, and when. Pure: no server header.

#include "scheduler/retry.hpp"

#include <algorithm>
#include <string_view>

namespace pgtv::scheduler {

FailureClass classify_failure(const char *sqlstate) {
    const std::string_view state(sqlstate);
    if (state == "55P03" || state == "57P01")
        return FailureClass::passing;
    for (const std::string_view group : {"40", "53", "08"})
        if (state.starts_with(group))
            return FailureClass::passing;
    if (state == "0A000" || state == "55000")
        return FailureClass::permanent;
    for (const std::string_view group : {"42", "22", "23"})
        if (state.starts_with(group))
            return FailureClass::permanent;
    return FailureClass::other;
}

std::int64_t retry_pause(std::int64_t initial, std::int64_t largest, int attempt) {
    std::int64_t pause = std::min(initial, largest);
    for (int i = 1; i < attempt && pause < largest; i++)
        pause = pause > largest / 2 ? largest : pause * 2;
    return pause;
}

} // namespace pgtv::scheduler
