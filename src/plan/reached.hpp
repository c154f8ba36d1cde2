// In which order the readings of a join graph are reached from the changed rows, and by which values. Lifetime: memory
// of the caller.
#pragma once

#include "pg/postgres.hpp"
#include "plan/join_graph.hpp"

namespace pgtv::plan {

enum class Reach {
    whole,   // by no equality with what was reached before
    changed, // the changed rows themselves
    values,
    never, // none of its rows can matter
};

struct Reached {
    Reach reach;
    List *chosen; // of Equality *, by ascending column: what is looked up
    List *known;  // of Equality *: all that hold and depend only on readings reached before
};

/** For each reading of the graph (array indexed by its number) how it is reached. */
Reached *reach_readings(const JoinGraph *graph, Oid changed);

/** The column of the changed rows that `equality` compares with; 0: it is an expression or another reading's. */
AttrNumber changed_column(const JoinGraph *graph, const Equality *equality);

} // namespace pgtv::plan
