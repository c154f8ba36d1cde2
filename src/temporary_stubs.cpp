// Weak stand-ins for stages not landed yet, so that the library loads. Remove with the last of them.
#include "pg/postgres.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/maintenance.hpp"
#include "pg_tviews/catalog.hpp"
namespace pgtv::capture {
__attribute__((weak)) void mark_whole(Oid s) { elog(NOTICE, "stub: mark_whole %s", get_rel_name(s)); }
__attribute__((weak)) bool anything_pending() { return false; }
__attribute__((weak)) void install_triggers(Oid s) { elog(NOTICE, "stub: install_triggers %s", get_rel_name(s)); }
__attribute__((weak)) void remove_unused_triggers(Oid s) { elog(NOTICE, "stub: remove_unused_triggers %s", get_rel_name(s)); }
}
namespace pgtv::maintenance {
__attribute__((weak)) int64 flush(FlushScope) { return 0; }
__attribute__((weak)) RowCounts refresh_full(Oid t) { elog(NOTICE, "stub: refresh_full %s", get_rel_name(t)); return {}; }
__attribute__((weak)) int64 fill(Oid t) { elog(NOTICE, "stub: fill %s", get_rel_name(t)); return 0; }
__attribute__((weak)) Difference verify(Oid, bool) { return {}; }
__attribute__((weak)) const plan::Rule *get_rule(Oid t) { auto *r = (plan::Rule *)palloc0(sizeof(plan::Rule)); r->tview = t; return r; }
__attribute__((weak)) void forget(Oid) {}
__attribute__((weak)) void utility_begin(bool) {}
__attribute__((weak)) void utility_end(bool) {}
}
