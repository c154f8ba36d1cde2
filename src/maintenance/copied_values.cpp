// Values are computed when the first stored row wants them, as the query would not compute them for none. Lifetime: the
// recomputation of one TVIEW.

#include "pg/postgres.hpp"
#include "maintenance/copied_values.hpp"

#include "jsonb/document_edit.hpp"
#include "pg_tviews/error.hpp"
#include "plan/copied_columns.hpp"
#include "plan/document_parts.hpp"

namespace pgtv::maintenance {

struct CopiedValue {
    int position;        // of the TVIEW's column
    AttrNumber column;   // of the source's row; 0: `state`
    ExprState *state;    // yields an array of one if it is a part
    const List *path;    // into the document at `position`; NIL: the whole column
    Datum value;         // of the row taken last, once evaluated
    bool null;           //
    jsonb::Element part; // the same
};

namespace {

template <typename T>
T *room(int count) {
    return static_cast<T *>(palloc0(sizeof(T) * static_cast<Size>(count)));
}

int count_values(const List *copied) {
    int count = 0;
    ListCell *cell;
    foreach (cell, copied)
        count += Max(list_length(static_cast<plan::CopiedColumn *>(lfirst(cell))->parts), 1);
    return count;
}

[[noreturn]] void refuse_other_document(const RowShape *shape, int position) {
    raise(NotReady{psprintf("column \"%s\" does not hold what the query of its TVIEW makes",
                            NameStr(TupleDescAttr(shape->desc, position)->attname)),
                   "A part of the document is to be changed, and is not there.",
                   "Run tview_verify(…, repair => true)."});
}

} // namespace

CopiedValues::CopiedValues(List *copied, const RowShape *shape, RowWriter *writer)
    : shape_(shape), writer_(writer), row_(nullptr), context_(nullptr),
      values_(room<CopiedValue>(count_values(copied))), count_(0), evaluated_(false),
      given_(room<Datum>(shape->desc->natts)), given_nulls_(room<bool>(shape->desc->natts)), documents_(nullptr) {
    ListCell *cell;
    foreach (cell, copied) {
        const auto *column = static_cast<plan::CopiedColumn *>(lfirst(cell));
        if (column->column != 0)
            add(column)->column = column->column;
        if (column->expression != nullptr)
            prepare(add(column), column->expression);
        ListCell *part;
        foreach (part, column->parts) {
            CopiedValue *value = add(column);
            value->path = static_cast<plan::DocumentPart *>(lfirst(part))->path;
            prepare(value, static_cast<plan::DocumentPart *>(lfirst(part))->value);
        }
    }
}

CopiedValue *CopiedValues::add(const plan::CopiedColumn *column) {
    CopiedValue *value = &values_[count_++];
    value->position = column->output - 1;
    return value;
}

void CopiedValues::prepare(CopiedValue *value, Expr *expression) {
    if (context_ == nullptr)
        context_ = CreateStandaloneExprContext();
    value->state = ExecInitExpr(expression_planner(expression), nullptr);
    if (value->path != NIL && documents_ == nullptr)
        documents_ = AllocSetContextCreate(CurrentMemoryContext, "pg_tviews documents", ALLOCSET_DEFAULT_SIZES);
}

void CopiedValues::take(TupleTableSlot *row) {
    row_ = row;
    evaluated_ = false;
    if (context_ == nullptr)
        return;
    ResetExprContext(context_);
    context_->ecxt_scantuple = row;
}

void CopiedValues::evaluate(CopiedValue *value) {
    if (value->state == nullptr) {
        value->null = row_->tts_isnull[value->column - 1];
        value->value = row_->tts_values[value->column - 1];
        return;
    }
    value->value = ExecEvalExprSwitchContext(value->state, context_, &value->null);
    if (value->path != NIL)
        value->part = jsonb::only_element(DatumGetJsonbP(value->value));
}

/** Does that change the row? */
bool CopiedValues::put(const CopiedValue *value, TupleTableSlot *stored) {
    if (value->path != NIL)
        return put_part(value);
    given_[value->position] = value->value;
    given_nulls_[value->position] = value->null;
    return !same_image(shape_, value->position, stored->tts_values, stored->tts_isnull, given_, given_nulls_);
}

bool CopiedValues::put_part(const CopiedValue *value) {
    if (given_nulls_[value->position])
        refuse_other_document(shape_, value->position);
    const MemoryContext previous = MemoryContextSwitchTo(documents_);
    Jsonb *before = DatumGetJsonbP(given_[value->position]);
    Jsonb *after = jsonb::replace(before, value->path, value->part);
    MemoryContextSwitchTo(previous);
    if (after == nullptr)
        refuse_other_document(shape_, value->position);
    if (after == before)
        return false;
    given_[value->position] = JsonbPGetDatum(after);
    return true;
}

void CopiedValues::give(TupleTableSlot *stored) {
    for (int i = 0; i < count_ && !evaluated_; i++)
        evaluate(&values_[i]);
    evaluated_ = true;
    std::copy_n(stored->tts_values, shape_->desc->natts, given_);
    std::copy_n(stored->tts_isnull, shape_->desc->natts, given_nulls_);
    if (documents_ != nullptr)
        MemoryContextReset(documents_);
    bool changed = false;
    for (int i = 0; i < count_; i++)
        changed = put(&values_[i], stored) || changed;
    if (changed)
        writer_->change(stored, given_, given_nulls_);
}

} // namespace pgtv::maintenance
