// Runs texts over the images of changed rows through saved SPI plans, under the active snapshot. Lifetime: a call; the
// plans live with the rule.

#include "pg/postgres.hpp"
#include "maintenance/image_query.hpp"

#include "capture/change_set.hpp"
#include "capture/rule_cache.hpp"
#include "maintenance/image_rows.hpp"
#include "pg_tviews/capture.hpp"

namespace pgtv::maintenance {
namespace {

/** A tuplestore with the rows that the images pending of the source make. */
Tuplestorestate *project_images(const ImageQuery &query, const RowColumns &columns) {
    Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);
    const capture::ImageLayout *layout = capture::find_pending_layout(query.rule->tview, query.source->source);
    if (layout == nullptr)
        return store;
    ImageRows rows(query, layout, &columns);
    const bool old_only = query.images == ImageKind::old_only;
    capture::for_each_image(query.rule->tview, query.source->source, old_only, [&](MinimalTuple image, bool old) {
        if (rows.take(image, old))
            rows.put_into(store);
    });
    rows.end();
    return store;
}

const char *prefix_of(ImageKind kind) {
    return kind == ImageKind::pairs ? "tv_pair_" : "tv_delta_";
}

/** The estimate a plan is made for: a plan for a few rows must not serve a million, nor the other way round. */
double rounded_size(int64 images) {
    double size = 10;
    while (size * 10 < double(images))
        size *= 100;
    return size;
}

/** Registers the images with SPI, for a number of them; returns their store, to be ended before SPI_finish(). */
Tuplestorestate *register_images(const ImageQuery &query, const char *prefix, double size) {
    const Oid source = query.source->source;
    const RowColumns columns = row_columns(query, capture::find_pending_layout(query.rule->tview, source));
    auto *relation = static_cast<EphemeralNamedRelation>(palloc0(sizeof(EphemeralNamedRelationData)));
    relation->md.name = psprintf("%s%u", prefix, source);
    relation->md.reliddesc = InvalidOid;
    relation->md.tupdesc = columns.desc;
    relation->md.enrtype = ENR_NAMED_TUPLESTORE;
    relation->md.enrtuples = size;
    relation->reldata = project_images(query, columns);
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
    appendStringInfo(&text, "WITH %s%u", prefix_of(query.images), query.source->source);
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

void set_parameters(ParamListInfo parameters, const RowColumns &columns, const ImageRows &row) {
    for (int i = 0; i < columns.count; i++) {
        ParamExternData &parameter = parameters->params[i];
        parameter.value = row.values()[i];
        parameter.isnull = row.nulls()[i];
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
    const RowColumns columns = row_columns(query, layout);
    SPIPlanPtr *kept = capture::plan_slot(query.rule, psprintf("%s %u by parameters", query.purpose, source));
    SPIPlanPtr plan = *kept != nullptr ? *kept
                                       : prepare(kept, text_with_parameters(query, columns.desc), columns.count,
                                                 types_of(columns.desc));
    ImageRows rows(query, layout, &columns);
    ParamListInfo parameters = makeParamList(columns.count);
    const bool old_only = query.images == ImageKind::old_only;
    capture::for_each_image(query.rule->tview, source, old_only, [&](MinimalTuple image, bool old) {
        if (!rows.take(image, old))
            return;
        rows.form();
        set_parameters(parameters, columns, rows);
        execute(plan, parameters, receiver);
    });
    rows.end();
    SPI_finish();
}

void run_by_relation(const ImageQuery &query, int64 images, List *reads_old, DestReceiver *receiver) {
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "could not connect to SPI");
    const double size = rounded_size(images);
    List *stores = list_make1(register_images(query, prefix_of(query.images), size));
    ListCell *cell;
    foreach (cell, reads_old) {
        const plan::SourceRule *partner = plan::find_source(query.rule, lfirst_oid(cell));
        if (partner == nullptr)
            elog(ERROR, "relation %u is no source of the tview", lfirst_oid(cell));
        const ImageQuery old = {query.rule, partner, query.text, query.purpose, ImageKind::old_only};
        stores = lappend(stores, register_images(old, "tv_old_", size));
    }
    const char *name = psprintf("%s %u %.0f", query.purpose, query.source->source, size);
    SPIPlanPtr *kept = capture::plan_slot(query.rule, name);
    execute(*kept != nullptr ? *kept : prepare(kept, query.text, 0, nullptr), nullptr, receiver);
    foreach (cell, stores)
        tuplestore_end(static_cast<Tuplestorestate *>(lfirst(cell)));
    SPI_finish();
}

} // namespace pgtv::maintenance
