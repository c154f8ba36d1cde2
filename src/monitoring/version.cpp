// tview_version: the version of the loaded library, which the build takes from the control file. Lifetime: server.

#include "pg/postgres.hpp"
#include "pg/bridge.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_version);
#pragma GCC visibility pop
}

Datum tview_version([[maybe_unused]] PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([] { return PointerGetDatum(cstring_to_text(PGTV_VERSION)); });
}
