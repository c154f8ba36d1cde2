// Reads the rows of a TVIEW's query, or of the TVIEW itself, for some keys or for all. Plans are saved with the
// rule: nothing is parsed or planned per statement after the first. Lifetime of a plan: its rule.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_chunks.hpp"
#include "maintenance/row_diff.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/**
 * Puts the rows of `side` into `sink`: those of the keys in `chunk`, all if it is nullptr. Runs with the active
 * snapshot, as the current user (the TVIEW's owner).
 */
void read_rows(const plan::Rule *rule, Side side, const KeyChunk *chunk, RowSink *sink);

/** The rows of the backing view: what the TVIEW is to hold, however it is computed. */
void read_declared_rows(const plan::Rule *rule, RowSink *sink);

/** As read_rows, but the rows go to the side `put_as` of the comparison. */
void read_rows_as(const plan::Rule *rule, Side side, const KeyChunk *chunk, Side put_as, RowSink *sink);

} // namespace pgtv::maintenance
