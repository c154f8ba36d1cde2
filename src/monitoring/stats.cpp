// tview.stats: the counters of the TVIEWs as rows, and their reset. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/counters.hpp"
#include "pg_tviews/error.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_read_stats);
PG_FUNCTION_INFO_V1(tview_stats_scope);
PG_FUNCTION_INFO_V1(tview_stats_complete_since);
PG_FUNCTION_INFO_V1(tview_stats_reset);
#pragma GCC visibility pop
}

namespace pgtv::monitoring {
namespace {

constexpr int result_columns = 18;

/** The columns of a result row in their order. */
class RowValues {
public:
    void oid(Oid value) {
        values_[next_++] = ObjectIdGetDatum(value);
    }
    void count(int64 value) {
        values_[next_++] = Int64GetDatum(value);
    }
    void milliseconds(int64 microseconds) {
        values_[next_++] = Float8GetDatum(static_cast<double>(microseconds) / 1000.0);
    }
    void time(TimestampTz value) {
        nulls_[next_] = value == 0;
        values_[next_++] = TimestampTzGetDatum(value);
    }
    void text(const char *value) {
        nulls_[next_] = value == nullptr;
        values_[next_++] = value == nullptr ? Datum(0) : CStringGetTextDatum(value);
    }
    void put(const ReturnSetInfo *result) {
        Assert(next_ == result_columns);
        tuplestore_putvalues(result->setResult, result->setDesc, values_, nulls_);
    }

private:
    Datum values_[result_columns] = {};
    bool nulls_[result_columns] = {};
    int next_ = 0;
};

/** An error message can quote rows: it is for those who may read them, and for monitoring. */
bool may_see_errors(Oid tview) {
    return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) ||
           (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(tview)) && compat::owns_relation(tview));
}

const char *last_error(const counters::Totals &totals) {
    if (totals.last_error_at == 0)
        return nullptr;
    if (!may_see_errors(totals.tview))
        return "<insufficient privilege>";
    return psprintf("%s: %s", unpack_sql_state(totals.last_sqlstate), totals.last_error);
}

void return_totals(const counters::Totals &totals, void *argument) {
    const counters::Counts &counts = totals.counts;
    RowValues row;
    row.oid(totals.tview);
    row.count(counts.flushes);
    row.count(counts.rows_inserted);
    row.count(counts.rows_updated);
    row.count(counts.rows_deleted);
    row.count(counts.rows_unchanged);
    row.count(counts.keys_recomputed);
    row.count(counts.full_refreshes);
    row.milliseconds(counts.time);
    row.time(totals.last_flush);
    row.count(counts.errors);
    row.text(last_error(totals));
    row.time(totals.last_error_at);
    row.count(counts.locks_taken);
    row.count(counts.locks_waited);
    row.count(counts.locks_escalated);
    row.milliseconds(counts.lock_wait);
    row.time(totals.since);
    row.put(static_cast<ReturnSetInfo *>(argument));
}

void check_may_reset(Oid tview) {
    (void)catalog::get_tview(tview);
    if (!compat::owns_relation(tview))
        raise(NoPrivilege{psprintf("must be owner of \"%s\"", get_rel_name(tview)), nullptr, nullptr});
}

/** All or nothing. */
void reset(List *tviews) {
    ListCell *cell;
    foreach (cell, tviews)
        check_may_reset(lfirst_oid(cell));
    foreach (cell, tviews)
        counters::reset(lfirst_oid(cell));
}

} // namespace
} // namespace pgtv::monitoring

Datum tview_read_stats(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        InitMaterializedSRF(fcinfo, 0);
        pgtv::counters::for_each(pgtv::monitoring::return_totals, fcinfo->resultinfo);
        return static_cast<Datum>(0);
    });
}

Datum tview_stats_scope(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        (void)fcinfo;
        return CStringGetTextDatum(pgtv::counters::shared() ? "server" : "session");
    });
}

Datum tview_stats_complete_since(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        (void)fcinfo;
        return TimestampTzGetDatum(pgtv::counters::complete_since());
    });
}

Datum tview_stats_reset(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        pgtv::monitoring::reset(PG_ARGISNULL(0) ? pgtv::catalog::all_tviews() : list_make1_oid(PG_GETARG_OID(0)));
        return static_cast<Datum>(0);
    });
}
