// tview_locks: which values maintenance locks when it derives from a source. Lifetime: a call.

#include "pg/postgres.hpp"
#include "capture/rule_cache.hpp"
#include "pg/bridge.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/plan.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_locks);
#pragma GCC visibility pop
}

namespace pgtv::monitoring {
namespace {

constexpr int result_columns = 5; // source, edge_source, edge_columns, way, query

Datum column_names(const plan::LockEdge *edge) {
    const int count = edge->column_count;
    Datum *names = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(Max(count, 1))));
    for (int i = 0; i < count; ++i)
        names[i] = CStringGetTextDatum(get_attname(edge->source, edge->columns[i], false));
    return PointerGetDatum(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
}

const char *way_of(const plan::LockEdge *edge, const plan::EdgeReader *reader) {
    if (edge->column_count == 0)
        return "whole";
    return reader->direct != nullptr ? "direct" : "query";
}

/** The query that yields the values, written out also where none is run; nullptr: there are none. */
const char *query_of(const plan::LockEdge *edge, const plan::SourceRule *source, const plan::EdgeReader *reader) {
    if (reader->direct == nullptr)
        return reader->walk_single;
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 0; i < edge->column_count; ++i)
        appendStringInfo(&text, "%s%s", i == 0 ? "SELECT " : ", ",
                         quote_identifier(get_attname(source->source, reader->direct[i], false)));
    appendStringInfo(&text, " FROM tv_delta_%u", source->source);
    return text.data;
}

void return_reader(ReturnSetInfo *result, const plan::Rule *rule, const plan::SourceRule *source,
                   const plan::EdgeReader *reader) {
    const plan::LockEdge *edge = static_cast<plan::LockEdge *>(list_nth(rule->edges, reader->edge));
    Datum values[result_columns] = {};
    bool nulls[result_columns] = {};
    values[0] = ObjectIdGetDatum(source->source);
    values[1] = ObjectIdGetDatum(edge->source);
    values[2] = column_names(edge);
    values[3] = CStringGetTextDatum(way_of(edge, reader));
    const char *query = query_of(edge, source, reader);
    nulls[4] = query == nullptr;
    if (query != nullptr)
        values[4] = CStringGetTextDatum(query);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

void return_readers(ReturnSetInfo *result, const plan::Rule *rule) {
    ListCell *cell;
    foreach (cell, rule->sources) {
        const plan::SourceRule *source = static_cast<plan::SourceRule *>(lfirst(cell));
        ListCell *reader;
        foreach (reader, source->readers)
            return_reader(result, rule, source, static_cast<plan::EdgeReader *>(lfirst(reader)));
    }
}

void return_locks(ReturnSetInfo *result, Oid tview) {
    const catalog::TView *row = catalog::get_tview(tview);
    if (pg_class_aclcheck(tview, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(tview));
    pg::RunAs owner(pg::relation_owner(tview));
    const Oid companion = catalog::find_companion(tview).table;
    if (OidIsValid(companion))
        return_readers(result, capture::build_rule(catalog::get_tview(companion), CurrentMemoryContext));
    return_readers(result, capture::build_rule(row, CurrentMemoryContext));
}

} // namespace
} // namespace pgtv::monitoring

Datum tview_locks(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        InitMaterializedSRF(fcinfo, 0);
        pgtv::monitoring::return_locks(reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo), PG_GETARG_OID(0));
        return static_cast<Datum>(0);
    });
}
