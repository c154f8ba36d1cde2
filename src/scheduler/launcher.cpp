// The launcher: starts the scheduler of each database that has something to do, and knows when that is. It is connected
// to no database, so that none is held up. Lifetime: server, from the end of recovery on.

#include "pg/postgres.hpp"
#include "scheduler/launcher.hpp"

#include "pg/background_worker.hpp"
#include "pg_tviews/settings.hpp"
#include "scheduler/shared_state.hpp"

extern "C" {
#pragma GCC visibility push(default)
void tview_launcher_main(Datum argument);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

constexpr int64 second = USECS_PER_SEC;
constexpr int64 longest_pause = 60 * second;

/** A scheduler started by this launcher. */
struct StartedScheduler {
    Oid database;
    BackgroundWorkerHandle *handle;
};

/** Lifetime: the process. */
struct Launcher {
    SharedState *state;
    MemoryContext memory;
    MemoryContext loop_memory;
    List *known;     // OIDs of the databases seen at the last look
    List *unvisited; // of these, those for which there was no room in the shared state yet
    List *started;   // of StartedScheduler
    int max_workers; // pg_tviews.max_workers at the last round
    TimestampTz last_round;
};

/** Databases in which runs may happen: templates are there to be copied. */
List *read_databases() {
    List *databases = NIL;
    Relation relation = table_open(DatabaseRelationId, AccessShareLock);
    TableScanDesc scan = table_beginscan_catalog(relation, 0, nullptr);
    for (HeapTuple tuple = heap_getnext(scan, ForwardScanDirection); HeapTupleIsValid(tuple);
         tuple = heap_getnext(scan, ForwardScanDirection)) {
        const auto *row = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple));
        if (row->datallowconn && !row->datistemplate)
            databases = lappend_oid(databases, row->oid);
    }
    table_endscan(scan);
    table_close(relation, AccessShareLock);
    return databases;
}

/** Forgets databases that are gone, and the runs that made way for it; remembers those not seen before. */
void look_for_databases(Launcher *launcher) {
    ErrorData *failure = pg::in_transaction([launcher] {
        List *found = read_databases();
        const MemoryContext before = MemoryContextSwitchTo(launcher->memory);
        launcher->unvisited = list_concat_unique_oid(launcher->unvisited, list_difference_oid(found, launcher->known));
        launcher->unvisited = list_difference_oid(launcher->unvisited, list_difference_oid(launcher->unvisited, found));
        list_free(launcher->known);
        launcher->known = list_copy(found);
        MemoryContextSwitchTo(before);
    });
    if (failure != nullptr)
        proc_exit(1);
    const SharedStateLock lock;
    for (WorkerSlot &slot : launcher->state->workers)
        if (OidIsValid(slot.database) && !list_member_oid(launcher->known, slot.database) && slot.pid == 0)
            slot = WorkerSlot{};
    for (DatabaseEntry &entry : launcher->state->databases)
        if (OidIsValid(entry.database) && !list_member_oid(launcher->known, entry.database) && entry.pid == 0)
            entry = DatabaseEntry{};
}

/** The lock is held. */
void visit_new_databases(Launcher *launcher) {
    while (launcher->unvisited != NIL) {
        DatabaseEntry *entry = find_or_add_database(launcher->state, linitial_oid(launcher->unvisited));
        if (entry == nullptr)
            return;
        entry->changed = true;
        launcher->unvisited = list_delete_first(launcher->unvisited);
    }
}

/** A scheduler that is gone leaves its entry as it wants it; one that failed is given a pause. The lock is held. */
void settle_ended(Launcher *launcher) {
    ListCell *cell;
    foreach (cell, launcher->started) {
        auto *started = static_cast<StartedScheduler *>(lfirst(cell));
        if (!pg::worker_ended(started->handle))
            continue;
        DatabaseEntry *entry = find_database(launcher->state, started->database);
        if (entry != nullptr && entry->pid == scheduler_starting)
            scheduler_gone(entry, true);
        pfree(started->handle);
        pfree(started);
        launcher->started = foreach_delete_current(launcher->started, cell);
    }
}

/** Room is kept for the runs themselves. */
int most_schedulers() {
    return std::max(1, (max_worker_processes - 2) / 2);
}

bool start_scheduler(Launcher *launcher, Oid database) {
    const pg::WorkerRequest request = {
        .name = "pg_tviews scheduler", .function = "tview_scheduler_main", .argument = ObjectIdGetDatum(database)};
    const MemoryContext before = MemoryContextSwitchTo(launcher->memory);
    BackgroundWorkerHandle *handle = pg::start_worker(request);
    if (handle != nullptr) {
        auto *started = static_cast<StartedScheduler *>(palloc(sizeof(StartedScheduler)));
        *started = {database, handle};
        launcher->started = lappend(launcher->started, started);
    }
    MemoryContextSwitchTo(before);
    return handle != nullptr;
}

/** When the scheduler of `entry` has to run; DT_NOEND: when something changes. */
TimestampTz due_at(const DatabaseEntry &entry) {
    if (entry.pid != 0 || entry.kept_away > 0)
        return DT_NOEND;
    return std::max(entry.changed ? DT_NOBEGIN : entry.next_due, entry.not_before);
}

/** A scheduler that just ended may still be there as a process. */
bool has_process(const Launcher &launcher, Oid database) {
    ListCell *cell;
    foreach (cell, launcher.started)
        if (static_cast<StartedScheduler *>(lfirst(cell))->database == database)
            return true;
    return false;
}

/** The entry that is due first, NULL if none is. */
DatabaseEntry *first_due(Launcher *launcher) {
    DatabaseEntry *first = nullptr;
    for (DatabaseEntry &entry : launcher->state->databases)
        if (OidIsValid(entry.database) && !TIMESTAMP_IS_NOEND(due_at(entry)) &&
            !has_process(*launcher, entry.database) && (first == nullptr || due_at(entry) < due_at(*first)))
            first = &entry;
    return first;
}

/** Entries of databases without the extension make room. The lock is held. */
void forget_uninteresting(Launcher *launcher) {
    for (DatabaseEntry &entry : launcher->state->databases)
        if (OidIsValid(entry.database) && entry.idle == Idle::no_extension && !entry.changed && entry.pid == 0 &&
            entry.kept_away == 0)
            entry = DatabaseEntry{};
}

/** Marks the database whose turn it is as starting; InvalidOid if none is, and when to look again. */
Oid take_first_due(Launcher *launcher, TimestampTz *until) {
    const SharedStateLock lock;
    DatabaseEntry *entry = first_due(launcher);
    *until = DT_NOEND;
    if (entry == nullptr || list_length(launcher->started) >= most_schedulers())
        return InvalidOid;
    if (due_at(*entry) > GetCurrentTimestamp()) {
        *until = due_at(*entry);
        return InvalidOid;
    }
    entry->pid = scheduler_starting;
    return entry->database;
}

/** No background worker is free: the same again after a pause. */
TimestampTz give_up_starting(SharedState *state, Oid database) {
    const SharedStateLock lock;
    DatabaseEntry *entry = find_database(state, database);
    state->slots_short = true;
    entry->pid = 0;
    entry->idle = Idle::no_free_slot;
    entry->not_before = GetCurrentTimestamp() + second;
    return entry->not_before;
}

/** Starts what is due; returns when to look again. */
TimestampTz start_due(Launcher *launcher) {
    {
        const SharedStateLock lock;
        settle_ended(launcher);
        forget_uninteresting(launcher);
        visit_new_databases(launcher);
    }
    TimestampTz until;
    for (Oid database = take_first_due(launcher, &until); OidIsValid(database);
         database = take_first_due(launcher, &until))
        if (!start_scheduler(launcher, database))
            return give_up_starting(launcher->state, database);
    return until;
}

/** While pg_tviews.scheduler is off nobody looks at the clock: what is due meanwhile counts as missed later. */
void forget_looks(Launcher *launcher) {
    const SharedStateLock lock;
    for (DatabaseEntry &entry : launcher->state->databases) {
        entry.looked = false;
        entry.changed = true;
    }
}

/** Did a session change something in a database that was not there at the last look? The lock is held. */
bool unknown_database(const Launcher &launcher) {
    return std::any_of(std::begin(launcher.state->databases), std::end(launcher.state->databases),
                       [&](const DatabaseEntry &entry) {
                           return OidIsValid(entry.database) && !list_member_oid(launcher.known, entry.database);
                       });
}

/** More workers may run now, or the clock was set back: what was found out before is to be looked at again. */
void notice_changes(Launcher *launcher) {
    const TimestampTz now = GetCurrentTimestamp();
    const bool set_back = now < launcher->last_round;
    const bool more_workers = settings::max_workers > launcher->max_workers;
    launcher->last_round = now;
    launcher->max_workers = settings::max_workers;
    const SharedStateLock lock;
    for (const DatabaseEntry &entry : launcher->state->databases)
        if (OidIsValid(entry.database) && (set_back || (more_workers && entry.idle == Idle::workers_busy)))
            mark_changed(launcher->state, entry.database);
}

TimestampTz round(Launcher *launcher) {
    notice_changes(launcher);
    bool look;
    {
        const SharedStateLock lock;
        launcher->state->launcher_wakeups++;
        look = launcher->state->databases_changed || unknown_database(*launcher);
        launcher->state->databases_changed = false;
    }
    if (look)
        look_for_databases(launcher);
    if (!settings::scheduler) {
        forget_looks(launcher);
        return DT_NOEND;
    }
    return start_due(launcher);
}

void leave(int, Datum) {
    SharedState *state = find_shared_state();
    const SharedStateLock lock;
    state->launcher_pid = 0;
    state->launcher_latch = nullptr;
}

/** A scheduler of an earlier launcher is not ours to wait for: it reports its end to the shared state by itself. */
void enter(SharedState *state) {
    before_shmem_exit([](int code, Datum argument) { pg::boundary([=] { leave(code, argument); }); }, Datum(0));
    const SharedStateLock lock;
    state->launcher_pid = MyProcPid;
    state->launcher_latch = MyLatch;
    state->databases_changed = true;
    for (DatabaseEntry &entry : state->databases)
        if (entry.pid == scheduler_starting)
            entry.pid = 0;
}

void launch() {
    pg::connect_worker(InvalidOid);
    Launcher launcher = {};
    launcher.state = find_shared_state();
    launcher.max_workers = settings::max_workers;
    launcher.last_round = DT_NOBEGIN;
    launcher.memory = AllocSetContextCreate(TopMemoryContext, "pg_tviews launcher", ALLOCSET_DEFAULT_SIZES);
    launcher.loop_memory = AllocSetContextCreate(launcher.memory, "pg_tviews launcher round", ALLOCSET_DEFAULT_SIZES);
    enter(launcher.state);
    pg::show_activity("pg_tviews launcher");
    for (;;) {
        MemoryContextSwitchTo(launcher.loop_memory);
        const TimestampTz until = round(&launcher);
        MemoryContextReset(launcher.loop_memory);
        pgstat_report_activity(STATE_IDLE, nullptr);
        pg::sleep_until(until);
    }
}

} // namespace

void scheduler_gone(DatabaseEntry *entry, bool failed) {
    entry->pid = 0;
    entry->latch = nullptr;
    if (!failed) {
        entry->failures = 0;
        entry->not_before = DT_NOBEGIN;
        return;
    }
    entry->failures++;
    entry->idle = Idle::failed;
    entry->changed = true;
    entry->not_before = GetCurrentTimestamp() + std::min(second << std::min(entry->failures - 1, 10), longest_pause);
}

void register_launcher() {
    pg::register_static_worker(
        {.name = "pg_tviews launcher", .function = "tview_launcher_main", .argument = Datum(0), .restart_seconds = 1});
}

} // namespace pgtv::scheduler

void tview_launcher_main(Datum) {
    pgtv::pg::boundary([] { pgtv::scheduler::launch(); });
}
