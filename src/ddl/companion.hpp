// The companion of a TVIEW: a TVIEW of our own in schema tview that keeps the aggregates which the TVIEW's columns do not
// tell (plan/companion.hpp), and a view that computes the TVIEW from them. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::ddl {

/**
 * Creates and fills the companion if the TVIEW is maintained and needs one. Its sources are connected, and locked against
 * writes; whoever filled the TVIEW already sees the same contents as the companion.
 */
void make_companion(const catalog::TView &row);

/** Drops the companion, if there is one; its sources are to be connected again. Nothing may be pending. */
void drop_companion(Oid tview);

/** The same for a companion that may be incomplete. */
void drop_companion_of(const catalog::Companion &companion);

/** Drops the companion and makes the one that the TVIEW's query and options need now. */
void renew_companion(const catalog::TView &row);

/** Records again which relations go with TVIEW `row`, or with that whose companion it is. */
void link_relations(const catalog::TView &row);

/** The companion belongs to whom the TVIEW belongs. */
void hand_over_companion(const catalog::Companion &companion);

/** Refuses what is to be done to the TVIEW, not to its companion `relid`. */
void refuse_companion(Oid relid, const char *what);

} // namespace pgtv::ddl
