// What updates of one source exchange in the groups of an aggregate query: both images of a row at once, where they join with
// the same rows. Lifetime: the planning of a rule.
#pragma once

#include "pg/postgres.hpp"
#include "plan/delta.hpp"
#include "plan/derivation_text.hpp"

namespace pgtv::plan {

/**
 * How updates of one source are added up if they change only inputs of aggregates. The text reads tv_pair_<oid>, a row for
 * each update: the source's columns as they are now, and the columns of `old` as they were, named tv_old_<attribute number>.
 * Its rows are a contribution of the new images (plan/delta.hpp) and, behind it, one of the old images, in which the grouping
 * columns are NULL.
 */
struct Exchange {
    const char *text;
    List *
        same; // int list: columns of the source by which its rows join, count, and are grouped; unchanged by the updates
    List *old; // int list: columns read of the old images
    bool
        by_key; // groups are told by K alone; relations of which K singles out one row are not read: the group must be stored
};

/** nullptr: each image is to be added up for itself. `query` is that of the TVIEW. */
Exchange *find_exchange(const Rule *rule, const SourceRule *source, Query *query, const DeltaPlan *delta, int leaf);

Exchange *copy_exchange(const Exchange *exchange);

} // namespace pgtv::plan
