// Which values the derivations of a rule look up in the sources they join with: edges and their readers. Lifetime: the
// memory context current when the rule is built.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"
#include "plan/derivation_text.hpp"

namespace pgtv::plan {

/** The derivation queries of one source, as they are executed. */
struct Derivation {
    SourceRule *source;
    List *queries; // of Query *
};

/**
 * Fills rule->edges and the readers of the sources of `derivations` (list of Derivation *), and adds to *needs the
 * columns that images must hold for them. A source that is recomputed as a whole excludes every other writer, and one
 * that is irrelevant or not maintained has none: they get no edge.
 */
void add_lock_edges(Rule *rule, List *derivations, ImageColumns *needs);

} // namespace pgtv::plan
