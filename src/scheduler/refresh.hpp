// Refreshing a materialized view or TVIEW now, in this transaction: what tview_refresh() and the scheduler's workers do.
// Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::scheduler {

/** How far an attempt has come; filled in as it goes, so that it is there when an error stops it. */
struct RefreshAttempt {
    bool begun;             // false: skipped or refused, which is no result of a refresh
    TimestampTz started_at; // when it began
    const char *mode;       // mode used, NULL if not decided yet
};

struct RefreshOutcome {
    const char *kind; // "tview" or "matview"
    const char *mode; // mode used: "standard" or "concurrent"
    TimestampTz started_at;
    TimestampTz finished_at;
    bool counted; // row counts are known
    maintenance::RowCounts counts;
};

/**
 * Refreshes `relation` in `mode` (NULL: as registered, else pg_tviews.default_mode), as its owner, and stores the success
 * in its registration; a materialized view that has none is registered, with a NOTICE, if
 * `may_register`: a run must not bring back what was unregistered meanwhile. Raises 42P01, 42809 (neither
 * materialized view nor TVIEW), 42501, 25006, 55P03 (in progress, or locked too long), 55000 (prerequisites of a
 * concurrent refresh), 22023 (mode), and what the query raises. No run is written to tview.run: that is the caller's.
 */
RefreshOutcome refresh(Oid relation, const char *mode, RefreshAttempt *attempt, bool may_register = false);

} // namespace pgtv::scheduler
