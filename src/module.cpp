// Entry of the library: the ordered list of registrations, nothing else.

#include "pg/postgres.hpp"
#include "pg/bridge.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_MODULE_MAGIC;
void _PG_init(void);
#pragma GCC visibility pop
}

void _PG_init(void) {
    pgtv::pg::boundary([] {});
}
