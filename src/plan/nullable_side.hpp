// A source on the nullable side of an outer join whose rows still add up. Lifetime: the planning of a rule.
#pragma once

#include "pg/postgres.hpp"
#include "plan/delta.hpp"

namespace pgtv::plan {

enum class SideOfOuterJoin {
    none,  // no outer join makes the leaf NULL
    adds,  // one does, and the row that stands for "no partner" adds nothing to any aggregate
    other, // anything else
};

/** Where the top-level leaf `leaf` stands; what holds for `adds`: the join may be read as an inner one. */
SideOfOuterJoin side_of(const Query *query, const DeltaPlan *delta, int leaf);

/** The outer join of `adds`, made an inner one in place. */
void join_inner(Query *query, int leaf);

} // namespace pgtv::plan
