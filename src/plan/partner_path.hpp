// How the row of a source that takes part in a row of the TVIEW is found from that row: by lookups in unique indexes, of
// which the first takes what it compares with from the TVIEW's own columns. Lifetime: the rule.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/** A value to look up: a column of the stored row, or of the row which an earlier step has found. */
struct PathValue {
    int step; // -1: the stored row
    AttrNumber column;
};

/** Finds at most one row. */
struct PathStep {
    Oid relation;
    Oid index;
    int key_count;
    PathValue *values; // [key_count] for the columns of the index
};

/** The last step finds the source's row. Where a step finds none, none takes part in the stored row. */
struct PartnerPath {
    int count;
    PathStep *steps;
};

/** The path from rows of `tview` to those of its source at top-level leaf `leaf` of `query`; nullptr: there is none. */
PartnerPath *find_partner_path(Query *query, Oid tview, int leaf);

PartnerPath *copy_partner_path(const PartnerPath *path);

} // namespace pgtv::plan
