// Which values the flush of a TVIEW locks: those by which derivations may look up the changed rows, those which the
// derivations from the changed rows look up, and the keys to write. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_set.hpp"
#include "maintenance/value_locks.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** Wants what follows from the changed rows themselves; `changes`: list of capture::SourceChanges *. No query. */
void want_values_of_images(const plan::Rule *rule, List *changes, ValueLocks *locks);

/** Does something besides have to be looked up by a query? */
bool needs_walk(const plan::Rule *rule, List *changes);

/** Wants what a derivation under the active snapshot will look up. Called as the TVIEW's owner. */
void want_values_of_walks(const plan::Rule *rule, List *changes, ValueLocks *locks);

/** Wants the keys, for `use`. */
void want_keys(const plan::Rule *rule, const KeySet &keys, LockUse use, ValueLocks *locks);

} // namespace pgtv::maintenance
