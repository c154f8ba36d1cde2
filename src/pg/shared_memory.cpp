// One pair of shared-memory hooks for all stages. Lifetime: server.

#include "pg/postgres.hpp"
#include "pg/shared_memory.hpp"

#include "pg/bridge.hpp"

namespace pgtv::pg {
namespace {

constexpr int most_areas = 8;
const SharedArea *areas[most_areas];
int area_count = 0;
shmem_request_hook_type next_request = nullptr;
shmem_startup_hook_type next_startup = nullptr;

void request() {
    boundary([] {
        if (next_request != nullptr)
            next_request();
        for (int i = 0; i < area_count; i++) {
            RequestAddinShmemSpace(MAXALIGN(areas[i]->size));
            if (areas[i]->locks > 0)
                RequestNamedLWLockTranche(areas[i]->name, areas[i]->locks);
        }
    });
}

void start_area(const SharedArea *area) {
    bool found = false;
    void *memory = ShmemInitStruct(area->name, area->size, &found);
    if (!found) {
        memset(memory, 0, area->size);
        area->initialize(memory);
    }
    area->attach(memory);
}

void startup() {
    boundary([] {
        if (next_startup != nullptr)
            next_startup();
        LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
        for (int i = 0; i < area_count; i++)
            start_area(areas[i]);
        LWLockRelease(AddinShmemInitLock);
    });
}

} // namespace

bool add_shared_area(const SharedArea *area) {
    if (!process_shared_preload_libraries_in_progress)
        return false;
    if (area_count == most_areas)
        elog(ERROR, "too many areas of shared memory");
    if (area_count == 0) {
        next_request = shmem_request_hook;
        shmem_request_hook = request;
        next_startup = shmem_startup_hook;
        shmem_startup_hook = startup;
    }
    areas[area_count++] = area;
    return true;
}

LWLockPadded *shared_locks(const SharedArea *area) {
    return GetNamedLWLockTranche(area->name);
}

} // namespace pgtv::pg
