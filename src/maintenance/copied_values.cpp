// Values are computed when the first stored row wants them, as the query would not compute them for none. Lifetime: the
// recomputation of one TVIEW.

#include "pg/postgres.hpp"
#include "maintenance/copied_values.hpp"

#include "plan/copied_columns.hpp"

namespace pgtv::maintenance {
namespace {

template <typename T>
T *room(int count) {
    return static_cast<T *>(palloc0(sizeof(T) * static_cast<Size>(count)));
}

} // namespace

CopiedValues::CopiedValues(List *copied, const RowShape *shape, RowWriter *writer)
    : copied_(copied), shape_(shape), writer_(writer), row_(nullptr), context_(nullptr),
      states_(room<ExprState *>(list_length(copied))), values_(room<Datum>(list_length(copied))),
      nulls_(room<bool>(list_length(copied))), evaluated_(false), given_(room<Datum>(shape->desc->natts)),
      given_nulls_(room<bool>(shape->desc->natts)) {
    ListCell *cell;
    foreach (cell, copied) {
        const auto *column = static_cast<plan::CopiedColumn *>(lfirst(cell));
        if (column->expression == nullptr)
            continue;
        if (context_ == nullptr)
            context_ = CreateStandaloneExprContext();
        states_[foreach_current_index(cell)] = ExecInitExpr(expression_planner(column->expression), nullptr);
    }
}

void CopiedValues::take(TupleTableSlot *row) {
    row_ = row;
    evaluated_ = false;
    if (context_ == nullptr)
        return;
    ResetExprContext(context_);
    context_->ecxt_scantuple = row;
}

Datum CopiedValues::value_of(int i, bool *null) {
    const AttrNumber column = static_cast<plan::CopiedColumn *>(list_nth(copied_, i))->column;
    if (column == 0)
        return ExecEvalExprSwitchContext(states_[i], context_, null);
    *null = row_->tts_isnull[column - 1];
    return row_->tts_values[column - 1];
}

void CopiedValues::give(TupleTableSlot *stored) {
    const int count = list_length(copied_);
    for (int i = 0; i < count && !evaluated_; i++)
        values_[i] = value_of(i, &nulls_[i]);
    evaluated_ = true;
    std::copy_n(stored->tts_values, shape_->desc->natts, given_);
    std::copy_n(stored->tts_isnull, shape_->desc->natts, given_nulls_);
    bool changed = false;
    for (int i = 0; i < count; i++) {
        const int to = static_cast<plan::CopiedColumn *>(list_nth(copied_, i))->output - 1;
        given_[to] = values_[i];
        given_nulls_[to] = nulls_[i];
        changed = changed || !same_image(shape_, to, stored->tts_values, stored->tts_isnull, given_, given_nulls_);
    }
    if (!changed)
        return;
    DiffRow before = {};
    before.values = stored->tts_values;
    before.nulls = stored->tts_isnull;
    before.tid = stored->tts_tid;
    DiffRow after = {};
    after.values = given_;
    after.nulls = given_nulls_;
    writer_->change(before, after);
}

} // namespace pgtv::maintenance
