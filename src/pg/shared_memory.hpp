// Areas in shared memory and their locks, asked for by the stages while the library is preloaded. Lifetime: server;
// after a crash of any process the areas are new and initialized again.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

struct SharedArea {
    const char *name; // of the area, and of the lock tranche if there are locks
    Size size;
    int locks;                        // how many LWLocks; find them with shared_locks(name)
    void (*initialize)(void *memory); // called once per server start, with zeroed memory, before anyone attaches
    void (*attach)(void *memory);     // called in the postmaster (children inherit what it sets); keep the address
};

/**
 * Asks for an area; from _PG_init only, and `area` must stay. Without shared_preload_libraries there is no area and
 * `attach` is never called: false.
 */
bool add_shared_area(const SharedArea *area);

/** The locks of an area, an array of as many as it asked for. */
LWLockPadded *shared_locks(const SharedArea *area);

} // namespace pgtv::pg
