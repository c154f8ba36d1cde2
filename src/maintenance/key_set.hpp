// The set of K values which a flush has to recompute: what `derive` hands to `apply`. Lifetime: the flush of one
// TVIEW, in the memory context that was current when it was derived.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

class RowPlaces;

struct KeySet {
    bool everything = true;          // recompute the whole TVIEW; the members below are then unset
    Tuplestorestate *keys = nullptr; // rows of type `desc`; duplicates are rare but possible; nullptr: `values`
    int64 count = 0;                 // 0 = no output row is affected
    TupleDesc desc = nullptr;        // the columns of K in order: name, type, typmod and collation of rule->keys
    Datum *values = nullptr;         // the only key, if it came without a query
    bool *nulls = nullptr;
    const RowPlaces *places = nullptr; // of source rows with these keys; nullptr: nothing is known
    bool left_out = false; // not derived: the whole TVIEW is this transaction's, and what is added tells the keys
};

/** Gives back what may have a file behind it. */
inline void end_keys(const KeySet &keys) {
    if (keys.keys != nullptr)
        tuplestore_end(keys.keys);
}

/** Is there a change (list of capture::SourceChanges *) that only recomputing everything can carry? */
bool needs_everything(const plan::Rule *rule, List *changes);

/** Does it take queries to derive the keys, or are they all in the images? */
bool derives_by_query(const plan::Rule *rule, List *changes);

/**
 * The keys affected by `changes` (list of capture::SourceChanges *, still pending for rule->tview). Called as the
 * TVIEW's owner (RunAs) with the flush's snapshot active. The caller calls end_keys().
 * `any_number`: recomputing everything is never cheaper, however many keys there are.
 */
KeySet derive_keys(const plan::Rule *rule, List *changes, bool any_number = false);

/** Row type of KeySet::keys. */
TupleDesc key_descriptor(const plan::Rule *rule);

} // namespace pgtv::maintenance
