// How a materialized view is refreshed. Lifetime: plain values.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

enum class RefreshMode { standard, concurrent, automatic /* concurrent where that is possible */ };

/** "standard", "concurrent" or "auto"; raises 22023 for anything else. */
RefreshMode parse_mode(const char *text);

/** The name of a mode, as parse_mode() takes it. */
const char *mode_name(RefreshMode mode);

/** The mode of pg_tviews.default_mode. */
RefreshMode default_mode();

} // namespace pgtv::scheduler
