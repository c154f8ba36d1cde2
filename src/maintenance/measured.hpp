// Counts what the maintenance of one TVIEW does. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "pg/on_error.hpp"
#include "pg_tviews/counters.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::maintenance {

/**
 * Runs `work`, which brings `tview` up to date and returns its RowCounts, and adds what it did to the TVIEW's counters;
 * if it raises, that it failed, and why.
 */
template <typename Work>
RowCounts measured(Oid tview, Work work) {
    RowCounts counts = {};
    const int64 started = counters::start();
    pg::on_error([&] { counts = work(); },
                 [=](const pg::ErrorText &error) { counters::fail(tview, started, error.sqlstate, error.message); });
    counters::running.rows_inserted += counts.inserted;
    counters::running.rows_updated += counts.updated;
    counters::running.rows_deleted += counts.deleted;
    counters::finish(tview, started);
    return counts;
}

} // namespace pgtv::maintenance
