// Evaluates what a single changed row contributes, without a query. Lifetime: the rule (prepared expressions), a call
// (everything else).
#pragma once

#include "pg/postgres.hpp"
#include "capture/descriptor.hpp"
#include "plan/delta.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** A contribution by position as the contribution query yields it, only K and what the aggregates take filled in. */
struct EvaluatedRow {
    Datum *values; // [width]
    bool *nulls;
    bool counts; // false: the query's conditions leave the row out
};

/** The number of columns of a contribution. */
int contribution_width(const plan::DeltaPlan *delta);

/**
 * Evaluates `image`, laid out as `layout`, as the TVIEW's owner. Results are in the current memory context; strings and
 * the like may point into the image.
 */
EvaluatedRow evaluate_directly(const plan::Rule *rule, const plan::SourceRule *source,
                               const capture::ImageLayout *layout, MinimalTuple image);

} // namespace pgtv::maintenance
