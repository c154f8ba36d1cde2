// Runs derivation texts through saved SPI plans, under the active snapshot. Lifetime: one derivation.

#include "pg/postgres.hpp"
#include "maintenance/derive_query.hpp"

#include "capture/change_set.hpp"
#include "capture/rule_cache.hpp"
#include "pg_tviews/capture.hpp"

namespace pgtv::maintenance {
namespace {

/** Where the columns which a derivation needs are in the images; and what they are in the source. */
struct Columns {
    int count;
    int *positions; // [count] in the image, from 0; -1 where nothing is pending
    TupleDesc desc;
};

int position_of(const capture::ImageLayout *layout, AttrNumber column) {
    for (int i = 0; layout != nullptr && i < layout->column_count; i++) {
        if (layout->columns[i] == column)
            return i;
    }
    return -1;
}

/** The columns of `source` that its derivation needs; the layout is nullptr when nothing is pending. */
Columns columns_of(const plan::SourceRule *source, const capture::ImageLayout *layout) {
    Columns columns = {};
    columns.count = list_length(source->columns);
    columns.positions = static_cast<int *>(palloc(sizeof(int) * size_t(columns.count + 1)));
    columns.desc = CreateTemplateTupleDesc(columns.count);
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

/** A tuplestore with the images pending of `source`, only the columns which its derivation needs. */
Tuplestorestate *project_images(const plan::Rule *rule, const plan::SourceRule *source, const Columns &columns,
                                bool old_only) {
    Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);
    const capture::ImageLayout *layout = capture::find_pending_layout(rule->tview, source->source);
    if (layout == nullptr)
        return store;
    TupleTableSlot *slot = MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * size_t(columns.count + 1)));
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * size_t(columns.count + 1)));
    capture::for_each_image(rule->tview, source->source, old_only, [&](MinimalTuple image, bool) {
        ExecStoreMinimalTuple(image, slot, false);
        slot_getallattrs(slot);
        for (int i = 0; i < columns.count; i++) {
            values[i] = slot->tts_values[columns.positions[i]];
            nulls[i] = slot->tts_isnull[columns.positions[i]];
        }
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

/** Registers the images with SPI; returns their store, to be ended before SPI_finish(). */
Tuplestorestate *register_images(const plan::Rule *rule, const plan::SourceRule *source, bool old_only, double size) {
    const Columns columns = columns_of(source, capture::find_pending_layout(rule->tview, source->source));
    auto *relation = static_cast<EphemeralNamedRelation>(palloc0(sizeof(EphemeralNamedRelationData)));
    relation->md.name = psprintf(old_only ? "tv_old_%u" : "tv_delta_%u", source->source);
    relation->md.reliddesc = InvalidOid;
    relation->md.tupdesc = columns.desc;
    relation->md.enrtype = ENR_NAMED_TUPLESTORE;
    relation->md.enrtuples = size;
    relation->reldata = project_images(rule, source, columns, old_only);
    if (SPI_register_relation(relation) != SPI_OK_REL_REGISTER)
        elog(ERROR, "could not register %s", relation->md.name);
    return static_cast<Tuplestorestate *>(relation->reldata);
}

SPIPlanPtr prepare(SPIPlanPtr *slot, const char *text, int parameters, Oid *types) {
    SPIPlanPtr plan = SPI_prepare_cursor(text, parameters, types, CURSOR_OPT_GENERIC_PLAN);
    if (plan == nullptr)
        elog(ERROR, "could not prepare a derivation: %s", SPI_result_code_string(SPI_result));
    SPI_keepplan(plan);
    *slot = plan;
    return plan;
}

/** Read-only: the query runs under the active snapshot, whatever the isolation level. */
void execute(SPIPlanPtr plan, ParamListInfo parameters, KeyCollector *collector) {
    SPIExecuteOptions options = {};
    options.params = parameters;
    options.read_only = true;
    options.dest = collector->receiver();
    const int result = SPI_execute_plan_extended(plan, &options);
    if (result < 0)
        elog(ERROR, "derivation failed: %s", SPI_result_code_string(result));
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

/** The single text with a one-row CTE in the place of the changed rows; the planner dissolves it into constants. */
char *text_with_parameters(const plan::SourceRule *source, TupleDesc desc) {
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, "WITH tv_delta_%u", source->source);
    for (int i = 0; i < desc->natts; i++)
        appendStringInfo(&text, "%s%s", i == 0 ? "(" : ", ",
                         quote_identifier(NameStr(TupleDescAttr(desc, i)->attname)));
    appendStringInfo(&text, "%s AS NOT MATERIALIZED (SELECT ", desc->natts > 0 ? ")" : "");
    append_parameters(&text, desc);
    appendStringInfo(&text, ") SELECT * FROM (%s) AS derived", source->derive_single);
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

void take_direct_keys(const Derivation &derivation) {
    const Oid tview = derivation.rule->tview;
    const plan::SourceRule *source = derivation.source;
    const capture::ImageLayout *layout = capture::find_pending_layout(tview, source->source);
    if (layout == nullptr)
        return;
    TupleTableSlot *slot = MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * size_t(source->direct_count)));
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * size_t(source->direct_count)));
    auto *positions = static_cast<int *>(palloc(sizeof(int) * size_t(source->direct_count)));
    for (int i = 0; i < source->direct_count; i++)
        positions[i] = position_of(layout, source->direct[i]);
    capture::for_each_image(tview, source->source, false, [&](MinimalTuple image, bool) {
        if (derivation.collector->overflowed())
            return;
        ExecStoreMinimalTuple(image, slot, false);
        slot_getallattrs(slot);
        for (int i = 0; i < source->direct_count; i++) {
            values[i] = slot->tts_values[positions[i]];
            nulls[i] = slot->tts_isnull[positions[i]];
        }
        (void)derivation.collector->add(values, nulls);
    });
    ExecClearTuple(slot);
}

void derive_by_parameters(const Derivation &derivation) {
    const plan::SourceRule *source = derivation.source;
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "could not connect to SPI");
    const capture::ImageLayout *layout = capture::find_pending_layout(derivation.rule->tview, source->source);
    const Columns columns = columns_of(source, layout);
    SPIPlanPtr *kept = capture::plan_slot(derivation.rule, psprintf("derive %u by parameters", source->source));
    SPIPlanPtr plan = *kept != nullptr ? *kept
                                       : prepare(kept, text_with_parameters(source, columns.desc), columns.count,
                                                 types_of(columns.desc));
    TupleTableSlot *slot = MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    ParamListInfo parameters = makeParamList(columns.count);
    capture::for_each_image(derivation.rule->tview, source->source, false, [&](MinimalTuple image, bool) {
        ExecStoreMinimalTuple(image, slot, false);
        slot_getallattrs(slot);
        set_parameters(parameters, columns, slot);
        execute(plan, parameters, derivation.collector);
    });
    ExecClearTuple(slot);
    SPI_finish();
}

void derive_by_relation(const Derivation &derivation, int64 images, bool alone) {
    const plan::SourceRule *source = derivation.source;
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "could not connect to SPI");
    const double size = rounded_size(images);
    List *stores = list_make1(register_images(derivation.rule, source, false, size));
    if (alone && source->needs_old)
        stores = lappend(stores, register_images(derivation.rule, source, true, size));
    ListCell *cell;
    foreach (cell, alone ? NIL : source->multi_reads) {
        const plan::SourceRule *partner = plan::find_source(derivation.rule, lfirst_oid(cell));
        if (partner == nullptr)
            elog(ERROR, "relation %u is no source of the tview", lfirst_oid(cell));
        stores = lappend(stores, register_images(derivation.rule, partner, true, size));
    }
    const char *name = psprintf("derive %u %s %.0f", source->source, alone ? "alone" : "with others", size);
    SPIPlanPtr *kept = capture::plan_slot(derivation.rule, name);
    const char *text = alone ? source->derive_single : source->derive_multi;
    execute(*kept != nullptr ? *kept : prepare(kept, text, 0, nullptr), nullptr, derivation.collector);
    foreach (cell, stores)
        tuplestore_end(static_cast<Tuplestorestate *>(lfirst(cell)));
    SPI_finish();
}

} // namespace pgtv::maintenance
