// Looks into the rows behind a group where its stored row does not tell: is there still one, which is now the smallest?
// Lifetime: the flush of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

enum class Found { no, yes, unknown };

/** A group, by the values of its grouping columns (at their positions among the columns of DeltaPlan). */
struct GroupKey {
    const Datum *values;
    const bool *nulls;
};

/**
 * To be asked with the group's key locked exclusively and a snapshot taken after that, as the TVIEW's owner: as a
 * recomputation of the group would be. Says `unknown` when that is likely to be cheaper.
 */
class GroupMembers {
public:
    explicit GroupMembers(const plan::Rule *rule) : rule_(rule) {}

    /** Is there a row in the group? */
    Found any_row(const GroupKey &key);
    /** Does the aggregate in `column` have an input that is not NULL? */
    Found any_input(int column, const GroupKey &key);
    /** Does the aggregate of booleans in `column` have that input? */
    Found any_truth(int column, bool truth, const GroupKey &key);
    /** Does the aggregate of integers in `column` have an input with that bit set, or not set? */
    Found any_with_bit(int column, int bit, bool set, const GroupKey &key);
    /** Does the sum of numeric in `column` have an input with so many decimals, or more? */
    Found any_of_scale(int column, int32 scale, const GroupKey &key);
    /** The smallest or largest input; *result is in the current memory context. */
    Found extremum(int column, const GroupKey &key, Datum *result);

private:
    /** What to look for, about the column at `position` (-1: any row). */
    struct Wanted {
        int position;
        const char *selected;
        const char *condition; // with ORDER BY, if that matters
    };
    Found run(const Wanted &wanted, const GroupKey &key, Datum *result);
    [[nodiscard]] bool affordable(SPIPlanPtr plan);

    const plan::Rule *rule_;
    double spent_ = 0; // as the planner estimates it
};

} // namespace pgtv::maintenance
