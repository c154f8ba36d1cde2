// Evaluates what a single changed row contributes, without a query. Lifetime: the rule (prepared expressions), a call
// (everything else).
#pragma once

#include "pg/postgres.hpp"
#include "capture/descriptor.hpp"
#include "plan/delta.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

struct DirectState;
class JoinedRow;

/** A contribution by position as the contribution query yields it, only K and what the aggregates take filled in. */
struct EvaluatedRow {
    Datum *values; // [width]
    bool *nulls;
    bool counts; // false: the query's conditions leave the row out
};

/** The number of columns of a contribution. */
int contribution_width(const plan::DeltaPlan *delta);

/** Evaluates images of one source, as the TVIEW's owner, one after the other. */
class DirectEvaluation {
public:
    DirectEvaluation(const plan::Rule *rule, const plan::SourceRule *source);
    /** False: it takes a query. */
    [[nodiscard]] bool possible() const;
    /** Is the group known by K alone? Otherwise by all columns that are grouped by. */
    [[nodiscard]] bool by_key() const;
    /**
     * `image` is laid out as `layout`. The result is in the current memory context; values may be in the image, or be gone
     * with the next call.
     */
    EvaluatedRow evaluate(const capture::ImageLayout *layout, MinimalTuple image);
    void end();

private:
    bool take(const capture::ImageLayout *layout, MinimalTuple image);
    bool find_joined(const capture::ImageLayout *layout, MinimalTuple image);
    void take_key(const EvaluatedRow &row);

    const plan::Rule *rule_;
    const plan::SourceRule *source_;
    DirectState *state_; // nullptr: it takes a query
    JoinedRow *joined_;  // nullptr: the image alone is evaluated
};

} // namespace pgtv::maintenance
