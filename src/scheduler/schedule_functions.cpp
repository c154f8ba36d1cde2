// tview_next_runs and the functions behind the domains of schedules and time zones. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/error.hpp"
#include "scheduler/schedule.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_next_runs);
PG_FUNCTION_INFO_V1(tview_check_schedule);
PG_FUNCTION_INFO_V1(tview_check_timezone);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

struct RunsRequest {
    const char *schedule;
    const char *timezone;
    TimestampTz after;
    int count;
};

void return_next_runs(ReturnSetInfo *result, const RunsRequest &request) {
    check_schedule(request.schedule, request.timezone);
    if (request.count < 0)
        raise(InvalidOption{"n", psprintf("%d is negative.", request.count), "Ask for 0 or more runs."});
    if (TIMESTAMP_NOT_FINITE(request.after))
        raise(InvalidOption{"after", "Runs are counted from a finite time on.", "Give a time such as now()."});
    TimestampTz after = request.after;
    for (int i = 0; i < request.count; ++i) {
        CHECK_FOR_INTERRUPTS();
        after = next_run(request.schedule, request.timezone, after, request.after);
        if (TIMESTAMP_IS_NOEND(after))
            return;
        Datum value = TimestampTzGetDatum(after);
        bool null = false;
        tuplestore_putvalues(result->setResult, result->setDesc, &value, &null);
    }
}

} // namespace
} // namespace pgtv::scheduler

Datum tview_next_runs(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
        pgtv::scheduler::return_next_runs(reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo),
                                          {text_to_cstring(PG_GETARG_TEXT_PP(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)),
                                           PG_GETARG_TIMESTAMPTZ(2), PG_GETARG_INT32(3)});
        return static_cast<Datum>(0);
    });
}

Datum tview_check_schedule(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        pgtv::scheduler::check_schedule(text_to_cstring(PG_GETARG_TEXT_PP(0)), nullptr);
        PG_RETURN_BOOL(true);
    });
}

Datum tview_check_timezone(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        pgtv::scheduler::check_timezone(text_to_cstring(PG_GETARG_TEXT_PP(0)));
        PG_RETURN_BOOL(true);
    });
}
