// tview_verify: compares a TVIEW with its query on request. Lifetime: a call.

#include "pg/postgres.hpp"
#include "monitoring/record.hpp"
#include "pg/bridge.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_verify);
#pragma GCC visibility pop
}

namespace pgtv::monitoring {
namespace {

void check_may_verify(Oid tview, bool repair) {
    if (repair) {
        check_may_refresh(tview, "tview_verify(…, repair => true)");
        return;
    }
    if (pg_class_aclcheck(tview, GetUserId(), ACL_SELECT) != ACLCHECK_OK && !compat::owns_relation(tview))
        raise(NoPrivilege{psprintf("permission denied for tview \"%s\"", get_rel_name(tview)), nullptr,
                          "Verifying a TVIEW needs the privilege to SELECT from it."});
}

Datum verify(FunctionCallInfo fcinfo) {
    const Oid tview = PG_GETARG_OID(0);
    const bool repair = PG_GETARG_BOOL(1);
    (void)catalog::get_tview(tview);
    check_may_verify(tview, repair);
    const maintenance::Difference difference = maintenance::verify(tview, repair);
    Datum values[] = {Int64GetDatum(difference.missing), Int64GetDatum(difference.extra)};
    bool nulls[] = {false, false};
    return make_record(fcinfo, values, nulls);
}

} // namespace
} // namespace pgtv::monitoring

Datum tview_verify(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] { return pgtv::monitoring::verify(fcinfo); });
}
