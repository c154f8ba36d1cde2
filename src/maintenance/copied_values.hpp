// What one row of a source decides of the stored rows it takes part in. Lifetime: the recomputation of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/row_shape.hpp"
#include "maintenance/row_writer.hpp"
#include "pg_tviews/plan.hpp"
#include "plan/copied_columns.hpp"

namespace pgtv::maintenance {

/** A value that is copied, and where to. */
struct CopiedValue;

class CopiedValues {
public:
    /** `copied`: of plan::CopiedColumn *. Called as the owner. */
    CopiedValues(List *copied, const RowShape *shape, RowWriter *writer);
    /** From now on those of this row, all its columns readable; it must stay in its slot. */
    void take(TupleTableSlot *row);
    /** Gives them to a stored row, which is written if it has others. */
    void give(TupleTableSlot *stored);

private:
    CopiedValue *add(const plan::CopiedColumn *column);
    void prepare(CopiedValue *value, Expr *expression);
    void evaluate(CopiedValue *value);
    bool put(const CopiedValue *value, TupleTableSlot *stored);
    bool put_part(const CopiedValue *value);

    const RowShape *shape_;
    RowWriter *writer_;
    TupleTableSlot *row_;
    ExprContext *context_; // nullptr: all are columns handed on as they are
    CopiedValue *values_;
    int count_;
    bool evaluated_; // the values of row_
    Datum *given_;   // [natts] room for a row
    bool *given_nulls_;
    MemoryContext documents_; // those of the row that is put together; nullptr: there are no parts
};

} // namespace pgtv::maintenance
