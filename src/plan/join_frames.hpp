// The query levels of a derivation query with one branch taken of every UNION ALL. Lifetime: memory of the caller.
#pragma once

#include "pg/postgres.hpp"
#include "plan/join_graph.hpp"

namespace pgtv::plan {

/** A query level. Arrays are indexed by range-table index. */
struct Frame {
    const Frame *around;
    Query *query;
    int *readings; // number of the reading, 0: none
    Frame **inner; // the level of a subquery
    Relids nullable;
    Relids filters; // leaves of the level around whose rows matter only together with a row of this level
    bool required;  // so do all rows of the level around
};

/** Which branch is taken of each UNION ALL, in the order in which they are met. */
struct Branches {
    List *taken;  // int list
    List *counts; // int list, parallel
    int position;
};

/** Builds the levels and appends their readings to *readings; nullptr: a level is of a kind that derivations do not use. */
Frame *build_frames(Query *query, Branches *branches, List **readings);

/** Goes on to the next combination of branches; false: there is none. */
bool next_branches(Branches *branches);

/** The levels around `frame`, one step for each `levels_up`. */
const Frame *frame_above(const Frame *frame, Index levels_up);

} // namespace pgtv::plan
