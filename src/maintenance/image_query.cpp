// Runs texts over the images of changed rows through saved SPI plans, under the active snapshot. Lifetime: a call; the
// plans live with the rule.

#include "pg/postgres.hpp"
#include "maintenance/image_query.hpp"

#include "capture/change_set.hpp"
#include "capture/rule_cache.hpp"
#include "pg_tviews/capture.hpp"
#include "plan/delta.hpp"

namespace pgtv::maintenance {
namespace {

/** Where the columns which a derivation needs are in the images; and what they are in the source. */
struct Columns {
    int count;
    int *positions; // [count] in the image, from 0; -1 where nothing is pending
    TupleDesc desc;
};

/** The columns of `source` that its derivation needs; the layout is nullptr when nothing is pending. */
Columns columns_of(const plan::SourceRule *source, const capture::ImageLayout *layout, bool marked = false) {
    Columns columns = {};
    columns.count = list_length(source->columns);
    columns.positions = static_cast<int *>(palloc(sizeof(int) * size_t(columns.count + 1)));
    columns.desc = CreateTemplateTupleDesc(columns.count + (marked ? 1 : 0));
    if (marked)
        TupleDescInitEntry(columns.desc, AttrNumber(columns.count + 1), plan::old_marker, BOOLOID, -1, 0);
    Relation relation = layout == nullptr ? relation_open(source->source, AccessShareLock) : nullptr;
    ListCell *cell;
    foreach (cell, source->columns) {
        const int i = foreach_current_index(cell);
        const auto column = AttrNumber(lfirst_int(cell));
        columns.positions[i] = position_of(layout, column);
        const auto place = AttrNumber(columns.positions[i] + 1);
        TupleDescCopyEntry(columns.desc, AttrNumber(i + 1),
                           relation != nullptr ? RelationGetDescr(relation) : layout->desc,
                           relation != nullptr ? column : place);
    }
    if (relation != nullptr)
        relation_close(relation, AccessShareLock);
    return columns;
}

/** Are images of this layout just what is needed of them? */
bool is_whole_image(const Columns &columns, const capture::ImageLayout *layout) {
    for (int i = 0; i < columns.count; i++)
        if (columns.positions[i] != i)
            return false;
    return columns.count == layout->column_count;
}

/** A tuplestore with the images pending of `source`, only the columns which its derivation needs. */
Tuplestorestate *project_images(const plan::Rule *rule, const plan::SourceRule *source, const Columns &columns,
                                ImageKind kind) {
    Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);
    const capture::ImageLayout *layout = capture::find_pending_layout(rule->tview, source->source);
    if (layout == nullptr)
        return store;
    TupleTableSlot *slot = MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * size_t(columns.count + 1)));
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * size_t(columns.count + 1)));
    const bool old_only = kind == ImageKind::old_only;
    const bool whole = kind != ImageKind::marked && is_whole_image(columns, layout);
    capture::for_each_image(rule->tview, source->source, old_only, [&](MinimalTuple image, bool old) {
        if (old && kind == ImageKind::new_only)
            return;
        ExecStoreMinimalTuple(image, slot, false);
        if (whole) {
            tuplestore_puttupleslot(store, slot);
            return;
        }
        slot_getallattrs(slot);
        for (int i = 0; i < columns.count; i++) {
            values[i] = slot->tts_values[columns.positions[i]];
            nulls[i] = slot->tts_isnull[columns.positions[i]];
        }
        values[columns.count] = BoolGetDatum(old); // if it is marked
        nulls[columns.count] = false;
        tuplestore_putvalues(store, columns.desc, values, nulls);
    });
    ExecClearTuple(slot);
    return store;
}

/** The estimate a plan is made for: a plan for a few rows must not serve a million, nor the other way round. */
double rounded_size(int64 images) {
    double size = 10;
    while (size * 10 < double(images))
        size *= 100;
    return size;
}

/** How images are made readable. */
struct Registered {
    const char *prefix; // of the relation's name, before the source's oid
    ImageKind kind;
    double size; // estimate for the planner
};

/** Registers the images with SPI; returns their store, to be ended before SPI_finish(). */
Tuplestorestate *register_images(const plan::Rule *rule, const plan::SourceRule *source, const Registered &as) {
    const Columns columns =
        columns_of(source, capture::find_pending_layout(rule->tview, source->source), as.kind == ImageKind::marked);
    auto *relation = static_cast<EphemeralNamedRelation>(palloc0(sizeof(EphemeralNamedRelationData)));
    relation->md.name = psprintf("%s%u", as.prefix, source->source);
    relation->md.reliddesc = InvalidOid;
    relation->md.tupdesc = columns.desc;
    relation->md.enrtype = ENR_NAMED_TUPLESTORE;
    relation->md.enrtuples = as.size;
    relation->reldata = project_images(rule, source, columns, as.kind);
    if (SPI_register_relation(relation) != SPI_OK_REL_REGISTER)
        elog(ERROR, "could not register %s", relation->md.name);
    return static_cast<Tuplestorestate *>(relation->reldata);
}

SPIPlanPtr prepare(SPIPlanPtr *slot, const char *text, int parameters, Oid *types) {
    SPIPlanPtr plan = SPI_prepare_cursor(text, parameters, types, CURSOR_OPT_GENERIC_PLAN);
    if (plan == nullptr)
        elog(ERROR, "could not prepare a query over changed rows: %s", SPI_result_code_string(SPI_result));
    SPI_keepplan(plan);
    *slot = plan;
    return plan;
}

/** Read-only: the query runs under the active snapshot, whatever the isolation level. */
void execute(SPIPlanPtr plan, ParamListInfo parameters, DestReceiver *receiver) {
    SPIExecuteOptions options = {};
    options.params = parameters;
    options.read_only = true;
    options.dest = receiver;
    const int result = SPI_execute_plan_extended(plan, &options);
    if (result < 0)
        elog(ERROR, "could not run a query over changed rows: %s", SPI_result_code_string(result));
}

/** "$1 COLLATE …, $2": a parameter has its type's collation, the column may have another. */
void append_parameters(StringInfo text, TupleDesc desc) {
    for (int i = 0; i < desc->natts; i++) {
        const Form_pg_attribute attribute = TupleDescAttr(desc, i);
        appendStringInfo(text, "%s$%d", i == 0 ? "" : ", ", i + 1);
        if (OidIsValid(attribute->attcollation) && attribute->attcollation != get_typcollation(attribute->atttypid))
            appendStringInfo(text, " COLLATE %s", generate_collation_name(attribute->attcollation));
    }
}

/** The text with a one-row CTE in the place of the changed rows; the planner dissolves it into constants. */
char *text_with_parameters(const ImageQuery &query, TupleDesc desc) {
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, "WITH tv_delta_%u", query.source->source);
    for (int i = 0; i < desc->natts; i++)
        appendStringInfo(&text, "%s%s", i == 0 ? "(" : ", ",
                         quote_identifier(NameStr(TupleDescAttr(desc, i)->attname)));
    appendStringInfo(&text, "%s AS NOT MATERIALIZED (SELECT ", desc->natts > 0 ? ")" : "");
    append_parameters(&text, desc);
    appendStringInfo(&text, ") SELECT * FROM (%s) AS derived", query.text);
    return text.data;
}

Oid *types_of(TupleDesc desc) {
    auto *types = static_cast<Oid *>(palloc(sizeof(Oid) * size_t(desc->natts + 1)));
    for (int i = 0; i < desc->natts; i++)
        types[i] = TupleDescAttr(desc, i)->atttypid;
    return types;
}

void set_parameters(ParamListInfo parameters, const Columns &columns, TupleTableSlot *image) {
    for (int i = 0; i < columns.count; i++) {
        ParamExternData &parameter = parameters->params[i];
        parameter.value = image->tts_values[columns.positions[i]];
        parameter.isnull = image->tts_isnull[columns.positions[i]];
        parameter.pflags = PARAM_FLAG_CONST;
        parameter.ptype = TupleDescAttr(columns.desc, i)->atttypid;
    }
}

} // namespace

int position_of(const capture::ImageLayout *layout, AttrNumber column) {
    for (int i = 0; layout != nullptr && i < layout->column_count; i++) {
        if (layout->columns[i] == column)
            return i;
    }
    return -1;
}

void run_by_parameters(const ImageQuery &query, DestReceiver *receiver) {
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "could not connect to SPI");
    const Oid source = query.source->source;
    const capture::ImageLayout *layout = capture::find_pending_layout(query.rule->tview, source);
    const Columns columns = columns_of(query.source, layout);
    SPIPlanPtr *kept = capture::plan_slot(query.rule, psprintf("%s %u by parameters", query.purpose, source));
    SPIPlanPtr plan = *kept != nullptr ? *kept
                                       : prepare(kept, text_with_parameters(query, columns.desc), columns.count,
                                                 types_of(columns.desc));
    TupleTableSlot *slot = MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    ParamListInfo parameters = makeParamList(columns.count);
    const bool old_only = query.images == ImageKind::old_only;
    capture::for_each_image(query.rule->tview, source, old_only, [&](MinimalTuple image, bool old) {
        if (old && query.images == ImageKind::new_only)
            return;
        ExecStoreMinimalTuple(image, slot, false);
        slot_getallattrs(slot);
        set_parameters(parameters, columns, slot);
        execute(plan, parameters, receiver);
    });
    ExecClearTuple(slot);
    SPI_finish();
}

void run_by_relation(const ImageQuery &query, int64 images, List *reads_old, DestReceiver *receiver) {
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "could not connect to SPI");
    const double size = rounded_size(images);
    List *stores = list_make1(register_images(query.rule, query.source, {"tv_delta_", query.images, size}));
    ListCell *cell;
    foreach (cell, reads_old) {
        const plan::SourceRule *partner = plan::find_source(query.rule, lfirst_oid(cell));
        if (partner == nullptr)
            elog(ERROR, "relation %u is no source of the tview", lfirst_oid(cell));
        stores = lappend(stores, register_images(query.rule, partner, {"tv_old_", ImageKind::old_only, size}));
    }
    const char *name = psprintf("%s %u %.0f", query.purpose, query.source->source, size);
    SPIPlanPtr *kept = capture::plan_slot(query.rule, name);
    execute(*kept != nullptr ? *kept : prepare(kept, query.text, 0, nullptr), nullptr, receiver);
    foreach (cell, stores)
        tuplestore_end(static_cast<Tuplestorestate *>(lfirst(cell)));
    SPI_finish();
}

} // namespace pgtv::maintenance
