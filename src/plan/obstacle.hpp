// Why a source cannot be carried into the TVIEW by key, and which indexes would help where it can.
#pragma once

#include "pg/postgres.hpp"
#include "plan/occurrence.hpp"

namespace pgtv::plan {

struct Advice {
    const char *reason;
    const char *hint; // may be NULL
};

/** The construct on the way of `occurrence` that hides what is affected. */
Advice find_obstacle(Query *query, const Occurrence *occurrence);

/** CREATE INDEX advice for the derivation queries and for recomputing by K; nullptr if nothing is missing. */
const char *index_advice(Query *query, List *derivations, List *key);

/** Notices about output that depends on the plan (aggregates over unordered input); list of char *. */
List *plan_dependent_output(Query *query);

} // namespace pgtv::plan
