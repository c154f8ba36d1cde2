// Runs a recompute query through SPI into a sink. Lifetime: a call.

#include "pg/postgres.hpp"
#include "maintenance/recompute.hpp"

#include "maintenance/computed_lookup.hpp"
#include "maintenance/lookup_choice.hpp"
#include "maintenance/recompute_plans.hpp"
#include "maintenance/recompute_text.hpp"
#include "maintenance/stored_lookup.hpp"
#include "pg/row_receiver.hpp"

namespace pgtv::maintenance {
namespace {

/** Feeds the rows of a query into a sink, column by column in order. */
struct RowFeeder {
    RowSink *sink;
    const RowShape *shape;
    Side side;   // whose query it is
    Side put_as; // on which side of the comparison its rows go
    Datum *values;
    bool *nulls;
};

void feed(const RowFeeder &feeder, const TupleTableSlot *row) {
    const RowShape *shape = feeder.shape;
    const int first = feeder.side == Side::stored ? 1 : 0;
    if (row->tts_tupleDescriptor->natts != first + shape->live_count)
        elog(ERROR, "the query of a tview yields %d columns instead of %d", row->tts_tupleDescriptor->natts,
             first + shape->live_count);
    for (int i = 0; i < shape->live_count; i++) {
        feeder.values[shape->live[i]] = row->tts_values[first + i];
        feeder.nulls[shape->live[i]] = row->tts_isnull[first + i];
    }
    const auto *tid = first == 1 ? reinterpret_cast<ItemPointer>(DatumGetPointer(row->tts_values[0])) : nullptr;
    feeder.sink->put(feeder.put_as, tid, feeder.values, feeder.nulls);
}

RowFeeder make_feeder(Side side, Side put_as, RowSink *sink) {
    const RowShape *shape = sink->shape();
    const auto columns = static_cast<Size>(shape->desc->natts);
    RowFeeder feeder = {sink, shape, side, put_as, nullptr, nullptr};
    feeder.values = static_cast<Datum *>(palloc0(sizeof(Datum) * columns));
    feeder.nulls = static_cast<bool *>(palloc(sizeof(bool) * columns));
    std::fill_n(feeder.nulls, columns, true);
    return feeder;
}

const KeyType *first_key(const RuleQueries *queries, const Bitmapset *null_columns) {
    int i = 0;
    while (bms_is_member(i, null_columns))
        i++;
    return &queries->keys[i];
}

/** construct_array() replaces what it has to detoast in the array given: that is a copy. */
Datum make_array(const KeyType *key, const KeyChunk *chunk) {
    auto *elements = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(chunk->count)));
    std::copy_n(chunk->values, chunk->count, elements);
    return PointerGetDatum(construct_array(elements, chunk->count, key->type, key->length, key->by_value, key->align));
}

ParamListInfo bind(const RuleQueries *queries, const QueryKind &kind, const KeyChunk *chunk) {
    int count = 0;
    Oid *types = parameter_types(queries, kind, &count);
    ParamListInfo parameters = makeParamList(count);
    for (int i = 0; i < count; i++) {
        ParamExternData *parameter = &parameters->params[i];
        parameter->isnull = false;
        parameter->pflags = PARAM_FLAG_CONST;
        parameter->ptype = types[i];
        parameter->value =
            kind.lookup == Lookup::single ? chunk->values[i] : make_array(first_key(queries, kind.null_columns), chunk);
    }
    return parameters;
}

/** Makes the keys of `chunk` readable as tv_keys. The caller ends the tuplestore, which may have a file, after the query. */
Tuplestorestate *register_keys(const RuleQueries *queries, const KeyChunk *chunk) {
    auto *relation = static_cast<EphemeralNamedRelation>(palloc0(sizeof(EphemeralNamedRelationData)));
    TupleDesc desc = describe_keys(queries, chunk->null_columns);
    Tuplestorestate *store = tuplestore_begin_heap(true, false, work_mem);
    auto *nulls = static_cast<bool *>(palloc0(sizeof(bool) * static_cast<Size>(chunk->column_count)));
    for (int i = 0; i < chunk->count; i++)
        tuplestore_putvalues(store, desc, chunk->values + static_cast<Size>(i * chunk->column_count), nulls);
    relation->md.name = pstrdup(keys_relation);
    relation->md.reliddesc = InvalidOid;
    relation->md.tupdesc = desc;
    relation->md.enrtype = ENR_NAMED_TUPLESTORE;
    relation->md.enrtuples = chunk->count;
    relation->reldata = store;
    if (SPI_register_relation(relation) != SPI_OK_REL_REGISTER)
        elog(ERROR, "could not register the keys to recompute");
    return store;
}

/** Which query yields the rows; `choose`: the cheaper one. */
void run(RuleQueries *queries, QueryKind kind, const KeyChunk *chunk, bool choose, const RowFeeder &feeder) {
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    Tuplestorestate *keys = choose || by_relation(kind.lookup) ? register_keys(queries, chunk) : nullptr;
    if (choose)
        kind.lookup = cheaper_lookup(queries, kind, *chunk);
    SavedQuery *query = find_query(queries, kind);
    pg::RowReceiver receiver([&](const TupleTableSlot *row) {
        feed(feeder, row);
        return true;
    });
    SPIExecuteOptions options = {};
    options.params = bind(queries, kind, chunk);
    // Exactly the active snapshot: the caller has made it see what this transaction did so far.
    options.read_only = true;
    options.dest = &receiver;
    const int result = SPI_execute_plan_extended(get_plan(queries, query), &options);
    if (result != SPI_OK_SELECT)
        elog(ERROR, "could not run the recomputation of %s: %s", queries->table, SPI_result_code_string(result));
    if (keys != nullptr)
        tuplestore_end(keys);
    SPI_finish();
}

/** Are all rows to be computed and sifted? */
bool sifts(RuleQueries *queries, const KeyChunk &chunk) {
    if (chunk.count <= few_keys)
        return false;
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    const bool result = scan_beats_lookups(queries, chunk.count);
    SPI_finish();
    return result;
}

} // namespace

void read_declared_rows(const plan::Rule *rule, RowSink *sink) {
    run(queries_of(rule), {Side::computed, Lookup::declared, nullptr}, nullptr, false,
        make_feeder(Side::computed, Side::computed, sink));
}

void read_rows(const plan::Rule *rule, Side side, const KeyChunk *chunk, RowSink *sink) {
    read_rows_as(rule, side, chunk, side, sink);
}

void read_rows_as(const plan::Rule *rule, Side side, const KeyChunk *chunk, Side put_as, RowSink *sink) {
    RuleQueries *queries = queries_of(rule);
    if (side == Side::stored && chunk != nullptr && read_stored_by_index(queries, *chunk, put_as, sink))
        return;
    if (side == Side::computed && chunk != nullptr && can_look_up(queries, *chunk) && !sifts(queries, *chunk)) {
        read_computed_by_lookup(queries, *chunk, put_as, sink);
        return;
    }
    QueryKind kind = {side, first_lookup(queries, chunk), chunk != nullptr ? chunk->null_columns : nullptr};
    const bool choose = side == Side::computed && chunk != nullptr && chunk->count > 1;
    run(queries, kind, chunk, choose, make_feeder(side, put_as, sink));
}

} // namespace pgtv::maintenance
