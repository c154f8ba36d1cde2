// What one row of a source decides of the stored rows it takes part in. Lifetime: the recomputation of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/row_shape.hpp"
#include "maintenance/row_writer.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

class CopiedValues {
public:
    /** `copied`: of plan::CopiedColumn *. Called as the owner. */
    CopiedValues(List *copied, const RowShape *shape, RowWriter *writer);
    /** From now on those of this row, all its columns readable; it must stay in its slot. */
    void take(TupleTableSlot *row);
    /** Gives them to a stored row, which is written if it has others. */
    void give(TupleTableSlot *stored);

private:
    Datum value_of(int i, bool *null);

    List *copied_;
    const RowShape *shape_;
    RowWriter *writer_;
    TupleTableSlot *row_;
    ExprContext *context_; // nullptr: all are columns handed on as they are
    ExprState **states_;   // [length of copied_]; nullptr: a column
    Datum *values_;        // [length of copied_] of row_
    bool *nulls_;
    bool evaluated_; // those of row_
    Datum *given_;   // [natts] room for a row
    bool *given_nulls_;
};

} // namespace pgtv::maintenance
