// Entry of the library: the ordered list of registrations, nothing else.

#include "pg/postgres.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/counters.hpp"
#include "pg_tviews/ddl.hpp"
#include "pg_tviews/maintenance.hpp"
#include "pg_tviews/scheduler.hpp"
#include "pg_tviews/settings.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_MODULE_MAGIC;
void _PG_init(void);
#pragma GCC visibility pop
}

void _PG_init(void) {
    pgtv::pg::boundary([] {
        pgtv::settings::define();
        pgtv::counters::initialize();
        pgtv::capture::initialize();
        pgtv::maintenance::initialize();
        pgtv::ddl::initialize();
        pgtv::scheduler::initialize();
    });
}
