// REFRESH MATERIALIZED VIEW with what must hold before it. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "scheduler/refresh.hpp"
#include "scheduler/refresh_mode.hpp"

namespace pgtv::scheduler {

/** Locks `view`, checks under the lock what `mode` needs, and refreshes it as its owner. The caller has claimed it. */
void refresh_matview(Oid view, RefreshMode mode, RefreshAttempt *attempt);

} // namespace pgtv::scheduler
