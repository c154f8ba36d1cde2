// Adding to the stored row of a key beside others who do the same. Lifetime: the flush of one TVIEW.
//
// What several transactions add to one row does not depend on their order, if they have changed rows of one source that
// do not join with each other. So these share the key: the row, which each has to itself from the moment of adding to its
// end, is all they wait for, and only for as long. Everything else needs the key alone, and excludes them: groups that
// come and go, values that have to be computed again, changes of other sources.
#pragma once

#include "pg/postgres.hpp"
#include "capture/rule_cache.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::maintenance {

enum class Shared {
    added,
    refused,  // nothing was done; the keys must be written alone
    outdated, // nothing was done; the TVIEW's rule has changed
};

/** `delta`: the only one of `changes`, which delta_change() has found; nullptr: it is refused. Like apply_delta(). */
Shared add_beside_others(const capture::CachedTView *entry, List *changes, const capture::SourceChanges *delta,
                         RowCounts *counts);

} // namespace pgtv::maintenance
