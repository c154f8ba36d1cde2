// The computed rows of some keys by index lookups, without a query. Lifetime: a call; how it is done is kept with the
// rule.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_chunks.hpp"
#include "maintenance/recompute_plans.hpp"

namespace pgtv::maintenance {

/** May read_computed_by_lookup() be used? Called as the owner. */
bool can_look_up(RuleQueries *queries, const KeyChunk &chunk);

/**
 * Puts the rows which the query of the TVIEW has for the keys of `chunk` into `sink` on the side `put_as`, as the active
 * snapshot sees them. Called as the owner.
 */
void read_computed_by_lookup(RuleQueries *queries, const KeyChunk &chunk, Side put_as, RowSink *sink);

} // namespace pgtv::maintenance
