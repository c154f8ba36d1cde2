// The source's rows are read as they are now, by their number: there the array's element is this row's, or there is none.
// So it does not matter what happened to a row, nor how often. Lifetime: a call.

#include "pg/postgres.hpp"
#include "maintenance/array_update.hpp"

#include "jsonb/document_edit.hpp"
#include "maintenance/recompute_plans.hpp"
#include "maintenance/stored_lookup.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::maintenance {
namespace {

/** Each change of an array copies it: it is cheaper to make one anew in which many elements have changed. */
constexpr int most_changes = 16;

template <typename T>
T *room(int count) {
    return static_cast<T *>(palloc0(sizeof(T) * static_cast<Size>(count + 1)));
}

Datum datum_of(Oid type, int64 number) {
    if (type == INT2OID)
        return Int16GetDatum(static_cast<int16>(number));
    return type == INT4OID ? Int32GetDatum(static_cast<int32>(number)) : Int64GetDatum(number);
}

/** Was it made or mended in this transaction? Before that there may have been two rows of a number. */
bool is_fresh(Relation index) {
    return TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data));
}

ExprState *prepare(Expr *expression) {
    return ExecInitExpr(expression_planner(expression), nullptr);
}

} // namespace

ArrayUpdate::ArrayUpdate(const plan::Rule *rule, const RowwiseChange &change, const ApplyScope &scope,
                         RowWriter *writer)
    : source_(change.source), shape_(scope.shape), writer_(writer), elements_(change.elements), documents_(nullptr),
      stored_(nullptr), table_(nullptr), index_(nullptr), scan_(nullptr), row_(nullptr), context_(nullptr),
      conditions_(nullptr), key_count_(rule->key_count), lengths_(nullptr), by_value_(nullptr), part_count_(0),
      filters_(nullptr), values_(nullptr), given_(nullptr), given_nulls_(nullptr) {
    if (elements_ == nullptr)
        return;
    RuleQueries *queries = queries_of(rule);
    const KeyIndex *index = stored_index(queries, scope.table);
    table_ = table_open(source_->source, AccessShareLock);
    index_ = index_open(source_->arrays->index, AccessShareLock);
    if (index == nullptr || !may_read(table_) || is_fresh(index_))
        return;
    open(rule);
    stored_ = new (palloc(sizeof(KeyScan))) KeyScan(queries, index, scope.table);
}

void ArrayUpdate::open(const plan::Rule *rule) {
    scan_ = compat::begin_index_scan(table_, index_, GetActiveSnapshot(), 1);
    row_ = table_slot_create(table_, nullptr);
    documents_ = AllocSetContextCreate(CurrentMemoryContext, "pg_tviews documents", ALLOCSET_DEFAULT_SIZES);
    context_ = CreateStandaloneExprContext();
    const plan::ArrayRule *arrays = source_->arrays;
    if (arrays->conditions != NIL)
        conditions_ = prepare(make_ands_explicit(arrays->conditions));
    lengths_ = room<int16>(key_count_);
    by_value_ = room<bool>(key_count_);
    for (int i = 0; i < key_count_; i++)
        get_typlenbyval(rule->keys[i].type, &lengths_[i], &by_value_[i]);
    part_count_ = list_length(arrays->parts);
    filters_ = room<ExprState *>(part_count_);
    values_ = room<ExprState *>(part_count_);
    for (int i = 0; i < part_count_; i++) {
        const auto *part = static_cast<plan::ArrayPart *>(list_nth(arrays->parts, i));
        filters_[i] = prepare(part->filter);
        values_[i] = prepare(part->element);
    }
    given_ = room<Datum>(shape_->desc->natts);
    given_nulls_ = room<bool>(shape_->desc->natts);
}

KeyChunk ArrayUpdate::update(const KeyChunk &chunk) {
    if (chunk.null_columns != nullptr)
        return chunk;
    const auto columns = static_cast<Size>(chunk.column_count);
    KeyChunk left = chunk;
    left.values = static_cast<Datum *>(palloc(sizeof(Datum) * columns * static_cast<Size>(chunk.count)));
    left.count = 0;
    for (int i = 0; i < chunk.count; i++) {
        CHECK_FOR_INTERRUPTS();
        if (!update_key(chunk, i))
            std::copy_n(chunk.values + columns * static_cast<Size>(i), columns,
                        left.values + columns * static_cast<Size>(left.count++));
    }
    return left;
}

/** False: the key is to be recomputed, none of its rows has been written. */
bool ArrayUpdate::update_key(const KeyChunk &chunk, int i) {
    const ChangedElement *elements = nullptr;
    const int count = elements_->find(chunk, i, &elements);
    if (count == 0 || count > most_changes)
        return false;
    bool first = true;
    for (stored_->seek(chunk, i); stored_->next(); first = false) {
        if (update_row(elements, count))
            continue;
        if (!first) // the arrays of all rows of a key are alike
            raise(NotReady{"the table does not hold what the query of its TVIEW makes",
                           "Rows of one key have different arrays.", "Run tview_verify(…, repair => true)."});
        return false;
    }
    return true;
}

/** Writes the row, if it changes. False: an array is not as elements can be put into it. */
bool ArrayUpdate::update_row(const ChangedElement *elements, int count) {
    TupleTableSlot *stored = stored_->row();
    std::copy_n(stored->tts_values, shape_->desc->natts, given_);
    std::copy_n(stored->tts_isnull, shape_->desc->natts, given_nulls_);
    MemoryContextReset(documents_);
    for (int i = 0; i < count; i++) {
        const bool there = find_row(elements[i]);
        for (int part = 0; part < part_count_; part++)
            if (!update_part(part, elements[i], there))
                return false;
    }
    write();
    return true;
}

/** Finds the source's row, and tells whether it belongs to the arrays of the key. */
bool ArrayUpdate::find_row(const ChangedElement &element) {
    const plan::ArrayRule *arrays = source_->arrays;
    ScanKeyData key;
    const Oid type = index_->rd_opcintype[0];
    const Oid equality = get_opfamily_member(index_->rd_opfamily[0], type, type, BTEqualStrategyNumber);
    ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, type, index_->rd_indcollation[0], get_opcode(equality),
                           datum_of(arrays->type, element.number));
    ExecClearTuple(row_);
    index_rescan(scan_, &key, 1, nullptr, 0);
    if (!index_getnext_slot(scan_, ForwardScanDirection, row_))
        return false;
    slot_getallattrs(row_);
    ResetExprContext(context_);
    context_->ecxt_scantuple = row_;
    for (int i = 0; i < key_count_; i++) {
        const int column = source_->direct[i] - 1;
        if (row_->tts_isnull[column] ||
            !datum_image_eq(row_->tts_values[column], element.key[i], by_value_[i], lengths_[i]))
            return false;
    }
    return conditions_ == nullptr || holds(conditions_);
}

bool ArrayUpdate::holds(ExprState *condition) {
    bool null = false;
    const Datum value = ExecEvalExprSwitchContext(condition, context_, &null);
    return !null && DatumGetBool(value);
}

bool ArrayUpdate::update_part(int part, const ChangedElement &element, bool there) {
    const auto *array = static_cast<plan::ArrayPart *>(list_nth(source_->arrays->parts, part));
    const int column = array->output - 1;
    if (given_nulls_[column])
        return false;
    const bool wanted = there && holds(filters_[part]);
    jsonb::Element value = {};
    if (wanted) {
        bool null = false;
        value = jsonb::only_element(DatumGetJsonbP(ExecEvalExprSwitchContext(values_[part], context_, &null)));
    }
    const MemoryContext previous = MemoryContextSwitchTo(documents_);
    Jsonb *document = DatumGetJsonbP(given_[column]);
    const JsonbContainer *found = jsonb::find_array(document, array->path);
    jsonb::Position position = {};
    const bool known = found != nullptr &&
                       jsonb::find_numbered(found, &array->key, element.number, array->ascending, &position) &&
                       (array->may_be_empty || wanted || !position.found || JsonContainerSize(found) > 1);
    if (known) {
        Jsonb *changed = jsonb::put_element(document, array->path, position, wanted ? &value : nullptr);
        if (changed != document)
            given_[column] = JsonbPGetDatum(changed);
    }
    MemoryContextSwitchTo(previous);
    return known;
}

void ArrayUpdate::write() {
    TupleTableSlot *stored = stored_->row();
    if (!std::equal(given_, given_ + shape_->desc->natts, stored->tts_values))
        writer_->change(stored, given_, given_nulls_);
}

void ArrayUpdate::end() {
    if (stored_ != nullptr) {
        stored_->end();
        ExecDropSingleTupleTableSlot(row_);
        index_endscan(scan_);
    }
    if (table_ == nullptr)
        return;
    index_close(index_, NoLock);
    table_close(table_, NoLock);
}

} // namespace pgtv::maintenance
