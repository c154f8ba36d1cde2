// The rule as a value. Lifetime: the memory context it is copied to.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/** A deep copy of `rule` in a context of its own below `memory`. */
Rule *copy_rule(const Rule *rule, MemoryContext memory);

/** Do transactions that maintain the TVIEW by `a` meet those that do so by `b`, as if both did by the same? */
bool same_locks(const Rule *a, const Rule *b);

/** Are rows looked up there by the same values? */
bool same_edge(const LockEdge *a, const LockEdge *b);

/** The number of an output column in the table of `tview`, which may have dropped columns, or in the query if there is none. */
AttrNumber output_number(Oid tview, const TargetEntry *entry);

/** The sources (list of Oid) whose changes are captured. */
List *maintained_sources(const Rule *rule);

} // namespace pgtv::plan
