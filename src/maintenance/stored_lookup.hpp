// Reads the stored rows of some keys through an index on K, without a query. Lifetime: a call; which index it is,
// is kept with the rule.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_chunks.hpp"
#include "maintenance/recompute_plans.hpp"

namespace pgtv::maintenance {

/** The index on the columns of K of `table`, the TVIEW; nullptr if none serves. */
const KeyIndex *stored_index(RuleQueries *queries, Relation table);

/**
 * Puts the rows which the TVIEW holds for the keys of `chunk` into `sink` on the side `put_as`, as the active
 * snapshot sees them. False, and nothing is read, if no index serves these keys.
 */
bool read_stored_by_index(RuleQueries *queries, const KeyChunk &chunk, Side put_as, RowSink *sink);

} // namespace pgtv::maintenance
