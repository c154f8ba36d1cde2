// The arithmetic of `delta`: a group's new row from its stored row and what changed rows contribute. Lifetime: a call;
// results are in the current memory context, or the rule's.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/contributions.hpp"
#include "maintenance/group_members.hpp"

namespace pgtv::maintenance {

enum class Outcome {
    nothing,   // no row before and after
    add,       // the group is new: `row` holds its values
    change,    // `row` holds the new values (perhaps the same as before)
    remove,    // the group is empty now
    recompute, // not to be known without reading the group
};

/** A stored row and room for the new one, by position among the columns of DeltaPlan. */
struct GroupRow {
    Datum *stored; // nullptr: the TVIEW has no row for the group; what is no output column is filled in by combine()
    bool *stored_nulls;
    Datum *values; // [column_count] the new row
    bool *nulls;
};

/** What the groups of a flush have in common. */
struct Combining {
    const plan::Rule *rule;
    bool keeps_groups;     // the changed rows neither make nor empty groups
    GroupMembers *members; // nullptr: not to be asked, because the keys are not locked exclusively
};

/** The new row is valid until the next call. */
Outcome combine(const Combining &combining, const GroupChange &change, const GroupRow &row);

} // namespace pgtv::maintenance
