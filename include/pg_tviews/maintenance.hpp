// Maintenance: brings TVIEWs up to date. flush() is the only way changes reach a TVIEW, besides refresh().
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

struct RowCounts {
    int64 inserted;
    int64 updated;
    int64 deleted;
    [[nodiscard]] int64 written() const {
        return inserted + updated + deleted;
    }
};

/** Which TVIEWs a flush brings up to date. */
enum class FlushScope { immediate, all /* deferred too */ };

/**
 * Brings TVIEWs with pending changes up to date, in topological order, each once, until nothing is pending.
 * Returns the rows written. Errors abort the statement, with a CONTEXT line naming the TVIEW.
 */
int64 flush(FlushScope scope);

/** Recomputes `tview` wholly and writes only the differences. */
RowCounts refresh_full(Oid tview);

/**
 * Brings a scheduled TVIEW up to date with the changes stored for it. What commits meanwhile stays for the next time.
 * Recomputes it as a whole where the stored changes do not say enough.
 */
RowCounts drain(Oid tview);

/** What tview_refresh() and the scheduler do: drain() a scheduled TVIEW, refresh_full() any other. */
RowCounts refresh(Oid tview);

/**
 * The contents of `tview` are complete, and whoever changes a source from now on captures it: if it is a scheduled one,
 * its refreshes need only what is stored from here on.
 */
void begin_queue(Oid tview);

/** The next refresh of scheduled TVIEW `tview` is to recompute it as a whole. */
void queue_everything(Oid tview);

/** Forgets what is stored for `tview`. */
void discard_queue(Oid tview);

/** Fills the (empty) table of a new TVIEW from its view; no triggers fire. */
int64 fill(Oid tview);

/** Two-way EXCEPT ALL between the query and the table (by image where a type has no equality). */
struct Difference {
    int64 missing;
    int64 extra;
};
Difference verify(Oid tview, bool repair);

/**
 * The rule of a TVIEW from the backend's cache, built on first use and again after invalidation. Valid until the
 * end of the transaction.
 */
const plan::Rule *get_rule(Oid tview);

/** Waits for those who write to any of `tviews` (of Oid) and keeps others out until the transaction ends. */
void lock_contents(List *tviews);

/** Forgets the changes of a TVIEW that is being dropped or filled. */
void forget(Oid tview);

/** Installs executor hooks and callbacks. Called once from _PG_init. */
void initialize();

/**
 * Bracket for utility commands (called by the ProcessUtility hook): between them nothing is flushed when
 * `modifies` (COPY FROM …); utility_end flushes if a flush is due here.
 */
void utility_begin(bool modifies);
void utility_end(bool modifies);

} // namespace pgtv::maintenance
