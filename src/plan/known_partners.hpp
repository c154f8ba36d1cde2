// Relations that need not be read to add to a stored group, because the group tells that a row of theirs joins. Lifetime: the
// planning of a rule.
#pragma once

#include "pg/postgres.hpp"
#include "plan/delta.hpp"

namespace pgtv::plan {

/** The contribution of one leaf, see contribution_query(). */
struct Contributing {
    const Query *contribution;
    int leaf;
};

/**
 * The contribution without the relations of which the group's key singles out one row, so that it is known from the stored
 * group to be there and to pass its conditions. Groups are told by K alone; grouping columns that are not K are NULL. nullptr:
 * there is no such relation, or K does not tell groups apart. `query` is that of the TVIEW.
 */
Query *without_known_partners(const Rule *rule, const DeltaPlan *delta, const Query *query, const Contributing &from);

} // namespace pgtv::plan
