// tview.scheduler_status(): the shared state as rows. Lifetime: a call.

#include "pg/postgres.hpp"

#include "pg/bridge.hpp"
#include "pg_tviews/settings.hpp"
#include "scheduler/launcher.hpp"
#include "scheduler/worker_slots.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_scheduler_status);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

/** What is taken from the shared state, so that its lock is not held for longer. */
struct Snapshot {
    pid_t launcher_pid;
    uint64 launcher_wakeups;
    int count;
    DatabaseEntry databases[most_databases];
};

const char *describe(Idle idle) {
    switch (idle) {
    case Idle::unknown:
        return "not looked at yet";
    case Idle::nothing_due:
        return "no run is due";
    case Idle::nothing_planned:
        return "nothing is scheduled";
    case Idle::no_extension:
        return "the extension is not installed";
    case Idle::workers_busy:
        return "runs that are due wait for others: for one of pg_tviews.max_workers, or for what they read";
    case Idle::no_free_slot:
        return "no background worker is free: max_worker_processes is used up";
    case Idle::kept_away:
        return "the database is being dropped, copied or moved";
    case Idle::failed:
        return "the scheduler failed and will be started again: see the server log";
    }
    return nullptr;
}

/** Why nothing at all runs in this server; NULL if that is not so. */
const char *server_idle(const Snapshot *snapshot) {
    if (snapshot == nullptr)
        return "pg_tviews is not in shared_preload_libraries";
    if (RecoveryInProgress())
        return "the server is a standby";
    if (!settings::scheduler)
        return "pg_tviews.scheduler is off";
    return snapshot->launcher_pid == 0 ? "the launcher does not run" : nullptr;
}

Snapshot *take_snapshot() {
    const SharedState *state = find_shared_state();
    if (state == nullptr)
        return nullptr;
    auto *snapshot = static_cast<Snapshot *>(palloc0(sizeof(Snapshot)));
    const SharedStateLock lock;
    snapshot->launcher_pid = state->launcher_pid;
    snapshot->launcher_wakeups = state->launcher_wakeups;
    for (const DatabaseEntry &entry : state->databases)
        if (OidIsValid(entry.database) && (entry.installed || entry.database == MyDatabaseId))
            snapshot->databases[snapshot->count++] = entry;
    return snapshot;
}

void put_row(const ReturnSetInfo *result, const Snapshot *snapshot, const DatabaseEntry &entry) {
    const char *server = server_idle(snapshot);
    const bool running = server == nullptr && entry.kept_away == 0;
    const int workers = snapshot == nullptr ? 0 : slots_in_use(entry.database);
    const char *idle = server != nullptr ? server : describe(entry.kept_away > 0 ? Idle::kept_away : entry.idle);
    const bool at_work = workers > 0 && entry.idle != Idle::workers_busy && entry.idle != Idle::no_free_slot;
    const pid_t launcher = snapshot == nullptr ? 0 : snapshot->launcher_pid;
    const pid_t pid = entry.pid > 0 ? entry.pid : launcher;
    Datum values[] = {ObjectIdGetDatum(entry.database),
                      BoolGetDatum(running),
                      Int32GetDatum(pid),
                      TimestampTzGetDatum(entry.next_plan),
                      Int32GetDatum(workers),
                      Int32GetDatum(settings::max_workers),
                      server == nullptr && at_work ? Datum(0) : CStringGetTextDatum(idle),
                      Int64GetDatum(int64(entry.wakeups)),
                      Int32GetDatum(launcher),
                      Int64GetDatum(snapshot == nullptr ? 0 : int64(snapshot->launcher_wakeups))};
    bool nulls[] = {false,         false, !running || pid == 0,         TIMESTAMP_IS_NOEND(entry.next_plan),
                    false,         false, server == nullptr && at_work, false,
                    launcher == 0, false};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

void put_rows(FunctionCallInfo fcinfo) {
    InitMaterializedSRF(fcinfo, 0);
    const auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    const Snapshot *snapshot = take_snapshot();
    bool own = false;
    for (int i = 0; snapshot != nullptr && i < snapshot->count; i++) {
        own = own || snapshot->databases[i].database == MyDatabaseId;
        put_row(result, snapshot, snapshot->databases[i]);
    }
    if (own)
        return;
    DatabaseEntry entry = {};
    entry.database = MyDatabaseId;
    entry.next_plan = DT_NOEND;
    put_row(result, snapshot, entry);
}

} // namespace
} // namespace pgtv::scheduler

Datum tview_scheduler_status(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        pgtv::scheduler::put_rows(fcinfo);
        return Datum(0);
    });
}
