// tview_create() and tview_drop(): the DDL of TVIEWs as functions. Lifetime: a call.

#include "pg/postgres.hpp"

#include "ddl/create_request.hpp"
#include "ddl/drop_tview.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/ddl.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_create);
PG_FUNCTION_INFO_V1(tview_drop);
#pragma GCC visibility pop
}

namespace pgtv::ddl {
namespace {

char *text_argument(FunctionCallInfo fcinfo, int number) {
    return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

Oid create(FunctionCallInfo fcinfo) {
    CreateRequest request = request_from_text(text_argument(fcinfo, 0), text_argument(fcinfo, 1));
    request.options = options_from_json(PG_GETARG_JSONB_P(2));
    request.if_not_exists = PG_GETARG_BOOL(3);
    request.or_replace = PG_GETARG_BOOL(4);
    const Oid created = create_tview(request);
    return OidIsValid(created) ? created : RangeVarGetRelid(request.name, NoLock, false);
}

} // namespace
} // namespace pgtv::ddl

Datum tview_create(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] { return ObjectIdGetDatum(pgtv::ddl::create(fcinfo)); });
}

Datum tview_drop(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        const char *name = pgtv::ddl::text_argument(fcinfo, 0);
        return BoolGetDatum(pgtv::ddl::drop_tview(name, PG_GETARG_BOOL(1), PG_GETARG_BOOL(2)));
    });
}
