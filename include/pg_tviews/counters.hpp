// What maintenance did, counted per TVIEW: level 0. Lifetime: server when the library is preloaded (shared memory, lost
// at a restart), else the session. Not transactional: work is counted although its transaction rolls back.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pgtv::counters {

/** Amounts that add up. Times are in microseconds. */
struct Counts {
    std::int64_t flushes; // times the TVIEW was brought up to date, successfully
    std::int64_t rows_inserted;
    std::int64_t rows_updated;
    std::int64_t rows_deleted;
    std::int64_t rows_unchanged;  // recomputed, compared and left alone
    std::int64_t keys_recomputed; // values of the key for which rows were recomputed
    std::int64_t full_refreshes;  // flushes that recomputed everything
    std::int64_t time;
    std::int64_t locks_taken; // locks of ours on values, keys and TVIEWs
    std::int64_t locks_waited;
    std::int64_t locks_escalated; // times the lock on the whole TVIEW took the place of many
    std::int64_t lock_wait;
    std::int64_t errors;
};

/**
 * What the maintenance of one TVIEW that is running has done so far: add to it wherever the work is done. Published
 * by finish(); outside of start() … finish() additions are lost.
 */
extern Counts running;

/** Begins to count anew; returns the time. */
std::int64_t start();
/** Adds what was counted since start() to the totals of `tview`, as a flush. */
void finish(unsigned tview, std::int64_t started);
/** The same for maintenance that raised: an error, not a flush. Memory only; `message` is cut to what is kept. */
void fail(unsigned tview, std::int64_t started, int sqlstate, const char *message);

constexpr std::size_t error_size = 256;

/** The totals of one TVIEW. Timestamps as the server has them, 0 = never. */
struct Totals {
    unsigned tview;
    Counts counts;
    std::int64_t since; // when counting began: the first flush, or a reset
    std::int64_t last_flush;
    std::int64_t last_error_at;
    int last_sqlstate;
    char last_error[error_size];
};

/** Calls `visit` for each TVIEW of this database that was counted. */
void for_each(void (*visit)(const Totals &totals, void *argument), void *argument);
/** Since when the totals are complete: a TVIEW without totals has had no flush since then. */
std::int64_t complete_since();
/** Do all sessions count together (the library is preloaded), or each for itself? */
bool shared();

/** Forgets the totals of `tview`. */
void reset(unsigned tview);

/** Asks for shared memory. Called once from _PG_init. */
void initialize();

} // namespace pgtv::counters
