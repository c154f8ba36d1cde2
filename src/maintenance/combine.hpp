// The arithmetic of `delta`: a group's new row from its stored row and what changed rows contribute. Lifetime: a call;
// results are in the current memory context.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/contributions.hpp"

namespace pgtv::maintenance {

enum class Outcome {
    nothing,   // no row before and after
    add,       // the group is new: its row is the gained contribution
    change,    // `row` holds the new values (perhaps the same as before)
    remove,    // the group is empty now
    recompute, // not to be known without reading the group
};

/** A stored row and room for the new one, by position among the TVIEW's live columns. */
struct GroupRow {
    const Datum *stored; // nullptr: the TVIEW has no row for the group
    const bool *stored_nulls;
    Datum *values; // [column_count] the new row
    bool *nulls;
};

/** `keeps_groups`: the changed rows neither make nor empty groups. */
Outcome combine(const plan::DeltaPlan *delta, bool keeps_groups, const GroupChange &change, const GroupRow &row);

} // namespace pgtv::maintenance
