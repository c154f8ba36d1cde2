// tview_refresh: recomputes a TVIEW, or refreshes a materialized view, on request. Lifetime: a call.

#include "pg/postgres.hpp"
#include "monitoring/record.hpp"
#include "pg/bridge.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_refresh);
#pragma GCC visibility pop
}

namespace pgtv::monitoring {
namespace {

enum class Mode { standard, concurrent, automatic };

struct Outcome {
    const char *kind;
    const char *mode;
    bool counted; // row counts are known
    maintenance::RowCounts counts;
};

Mode parse_mode(const char *text) {
    if (text == nullptr || strcmp(text, "standard") == 0)
        return Mode::standard;
    if (strcmp(text, "concurrent") == 0)
        return Mode::concurrent;
    if (strcmp(text, "auto") == 0)
        return Mode::automatic;
    raise(InvalidOption{"mode", psprintf("The value is \"%s\".", text),
                        "Valid values are standard, concurrent and auto."});
}

/** Readers are never blocked and only differences are written, whatever the mode. */
Outcome refresh_tview(Oid relation) {
    check_may_refresh(relation, "tview_refresh()");
    return {"tview", "concurrent", true, maintenance::refresh_full(relation)};
}

bool has_usable_unique_index(Relation view) {
    List *indexes = RelationGetIndexList(view);
    ListCell *cell;
    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        const bool usable = index->rd_index->indisunique && index->rd_index->indimmediate &&
                            index->rd_index->indisvalid && RelationGetIndexExpressions(index) == NIL &&
                            RelationGetIndexPredicate(index) == NIL;
        index_close(index, AccessShareLock);
        if (usable)
            return true;
    }
    return false;
}

bool choose_concurrent(Oid relation, Mode mode) {
    if (mode != Mode::automatic)
        return mode == Mode::concurrent;
    Relation view = relation_open(relation, AccessShareLock);
    const bool concurrent = view->rd_rel->relispopulated && has_usable_unique_index(view);
    relation_close(view, AccessShareLock);
    return concurrent;
}

/** Through the command itself: whoever watches it (our own hooks too) sees it. */
Outcome refresh_matview(Oid relation, Mode mode) {
    check_may_refresh(relation, "tview_refresh()");
    const bool concurrent = choose_concurrent(relation, mode);
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    const char *command =
        psprintf("REFRESH MATERIALIZED VIEW %s%s", concurrent ? "CONCURRENTLY " : "", pg::qualified_name(relation));
    const int result = SPI_execute(command, false, 0);
    if (result != SPI_OK_UTILITY)
        elog(ERROR, "could not refresh the materialized view: %s", SPI_result_code_string(result));
    SPI_finish();
    return {"matview", concurrent ? "concurrent" : "standard", false, {}};
}

Datum make_row(FunctionCallInfo fcinfo, Oid relation, const Outcome &outcome, TimestampTz begin) {
    const double duration = static_cast<double>(GetCurrentTimestamp() - begin) / 1000.0;
    Datum values[] = {ObjectIdGetDatum(relation),
                      CStringGetTextDatum(outcome.kind),
                      CStringGetTextDatum(outcome.mode),
                      CStringGetTextDatum("success"),
                      Float8GetDatum(duration),
                      Int64GetDatum(outcome.counts.inserted),
                      Int64GetDatum(outcome.counts.updated),
                      Int64GetDatum(outcome.counts.deleted)};
    bool nulls[] = {false, false, false, false, false, !outcome.counted, !outcome.counted, !outcome.counted};
    return make_record(fcinfo, values, nulls);
}

Datum refresh(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const Oid relation = PG_GETARG_OID(0);
    const Mode mode = parse_mode(PG_ARGISNULL(1) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(1)));
    const TimestampTz begin = GetCurrentTimestamp();
    const bool is_matview = get_rel_relkind(relation) == RELKIND_MATVIEW;
    if (!is_matview)
        (void)catalog::get_tview(relation);
    const Outcome outcome = is_matview ? refresh_matview(relation, mode) : refresh_tview(relation);
    return make_row(fcinfo, relation, outcome, begin);
}

} // namespace
} // namespace pgtv::monitoring

Datum tview_refresh(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] { return pgtv::monitoring::refresh(fcinfo); });
}
