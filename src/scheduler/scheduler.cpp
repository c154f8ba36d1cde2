// The scheduler of a database: looks at the clock and the queue, starts workers for what is due, and leaves when nothing
// is due soon; the launcher brings it back in time. Lifetime: the process, from one burst of work to the next.

#include "pg/postgres.hpp"
#include "scheduler/launcher.hpp"

#include "pg/background_worker.hpp"
#include "pg/sql.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/settings.hpp"
#include "scheduler/clock.hpp"
#include "scheduler/failures.hpp"
#include "scheduler/run_queue.hpp"
#include "scheduler/run_table.hpp"
#include "scheduler/run_worker.hpp"

extern "C" {
#pragma GCC visibility push(default)
void tview_scheduler_main(Datum argument);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

/** It stays for runs that are due, or end, within this time. */
constexpr int64 lingering = 10 * USECS_PER_SEC;
constexpr int64 short_pause = USECS_PER_SEC;

/** A worker started by this scheduler. */
struct StartedWorker {
    SlotClaim claim;
    BackgroundWorkerHandle *handle;
};

/** Lifetime: the process. */
struct Scheduler {
    SharedState *state;
    Oid database;
    MemoryContext memory;
    MemoryContext loop_memory;
    List *started;       // of StartedWorker
    bool server_started; // nobody looked since
    bool first_look;
    bool plan_again;        // the clock may have been set back
    TimestampTz last_start; // of a run
};

/** What a look at everything found. */
struct Look {
    bool installed;
    bool prepared;         // there are prepared transactions
    TimestampTz next_plan; // by schedule
    TimestampTz next_due;  // when to look again without being woken
    List *failures_left;
    QueueReading queue;
    const char *names[most_workers]; // of the relations whose runs start
    bool no_slot;                    // no background worker was to be had
};

bool left_cleanly = false;

DatabaseEntry *own_entry(const Scheduler &scheduler) {
    return find_database(scheduler.state, scheduler.database);
}

/** Runs when the process ends, in whatever way. */
void report_end(int, Datum database) {
    SharedState *state = find_shared_state();
    const SharedStateLock lock;
    DatabaseEntry *entry = find_database(state, DatumGetObjectId(database));
    if (entry != nullptr && entry->pid == MyProcPid)
        scheduler_gone(entry, !left_cleanly && entry->kept_away == 0);
    if (state->launcher_pid != 0)
        SetLatch(state->launcher_latch);
}

/** False if the database is being dropped, copied or moved. */
bool enter(const Scheduler &scheduler) {
    before_shmem_exit([](int code, Datum argument) { pg::boundary([=] { report_end(code, argument); }); },
                      ObjectIdGetDatum(scheduler.database));
    const SharedStateLock lock;
    DatabaseEntry *entry = own_entry(scheduler);
    if (entry == nullptr)
        return false;
    entry->pid = MyProcPid;
    entry->latch = MyLatch;
    return entry->kept_away == 0;
}

void settle_ended(Scheduler *scheduler) {
    ListCell *cell;
    foreach (cell, scheduler->started) {
        auto *started = static_cast<StartedWorker *>(lfirst(cell));
        if (!pg::worker_ended(started->handle))
            continue;
        release_slot(started->claim);
        pfree(started->handle);
        pfree(started);
        scheduler->started = foreach_delete_current(scheduler->started, cell);
    }
}

/** Those of before the server's start may have changed schedules. */
bool any_prepared_transaction() {
    pg::Sql sql;
    return sql.run("SELECT FROM pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database() LIMIT 1",
                   {}) > 0;
}

/** The name shown for a run. */
const char *shown_name(Oid relation) {
    const char *name = get_rel_name(relation);
    const char *schema = name == nullptr ? nullptr : get_namespace_name(get_rel_namespace(relation));
    return schema == nullptr ? "of a dropped relation" : psprintf("%s.%s", schema, name);
}

/** The transaction of a look. */
void look_at_tables(const Scheduler &scheduler, List *failures, Look *look) {
    look->installed = catalog::extension_installed();
    look->next_due = look->next_plan = look->queue.next_due = DT_NOEND;
    if (!look->installed) {
        (void)take_evicted_runs(); // there is no queue left for them to go back to
        return;
    }
    const MemoryContext transaction_memory = MemoryContextSwitchTo(scheduler.loop_memory);
    look->failures_left = store_failures(failures);
    MemoryContextSwitchTo(transaction_memory);
    look->queue.look_soon = !settle_lost_runs(scheduler.server_started);
    const ClockReading clock = advance_clock({scheduler.server_started, scheduler.first_look, scheduler.plan_again});
    choose_due_runs(&look->queue);
    for (int i = 0; i < look->queue.started; i++)
        look->names[i] = MemoryContextStrdup(scheduler.loop_memory, shown_name(look->queue.relations[i]));
    prune_runs();
    look->prepared = scheduler.first_look && any_prepared_transaction();
    look->next_plan = std::min(clock.next_run, look->queue.next_due);
    look->next_due = look->next_plan;
    if (look->queue.look_soon || look->failures_left != NIL)
        look->next_due = std::min(look->next_due, GetCurrentTimestamp() + short_pause);
}

/** An error ends the process; the launcher starts another one after a pause. */
void take_look(Scheduler *scheduler, Look *look) {
    List *failures = take_failures();
    ErrorData *error = pg::in_transaction([=] { look_at_tables(*scheduler, failures, look); });
    put_back_failures(error == nullptr ? look->failures_left : failures);
    if (error != nullptr)
        proc_exit(1);
    {
        const SharedStateLock lock;
        own_entry(*scheduler)->seen_start = true;
    }
    ConditionVariableBroadcast(&scheduler->state->run_changed); // runs may have ended without a worker
}

/** False if there is no free background worker. */
bool start_worker(Scheduler *scheduler, const SlotClaim &claim, const char *relation) {
    const RunWorkerArgument argument = {claim};
    const pg::WorkerRequest request = {.name = psprintf("pg_tviews refresh %s", relation),
                                       .function = "tview_run_worker_main",
                                       .argument = Datum(0),
                                       .extra = &argument,
                                       .extra_size = sizeof(argument)};
    const MemoryContext before = MemoryContextSwitchTo(scheduler->memory);
    BackgroundWorkerHandle *handle = pg::start_worker(request);
    if (handle != nullptr) {
        auto *started = static_cast<StartedWorker *>(palloc(sizeof(StartedWorker)));
        *started = {claim, handle};
        scheduler->started = lappend(scheduler->started, started);
    }
    MemoryContextSwitchTo(before);
    return handle != nullptr;
}

/** Runs that could not be started go back into the queue; the attempt does not count. */
void start_workers(Scheduler *scheduler, Look *look) {
    List *unstarted = NIL;
    for (int i = 0; i < look->queue.started; i++)
        if (!start_worker(scheduler, look->queue.claims[i], look->names[i]))
            unstarted = lappend(unstarted, &look->queue.claims[i]);
    if (unstarted == NIL)
        return;
    ErrorData *error = pg::in_transaction([unstarted] {
        ListCell *cell;
        foreach (cell, unstarted)
            requeue_run(static_cast<SlotClaim *>(lfirst(cell))->run_id);
    });
    if (error != nullptr)
        proc_exit(1);
    look->no_slot = true;
    look->queue.started -= list_length(unstarted);
    look->next_due = std::min(look->next_due, GetCurrentTimestamp() + short_pause);
    ListCell *cell;
    foreach (cell, unstarted)
        release_slot(*static_cast<SlotClaim *>(lfirst(cell)));
}

Idle idle_reason(const Look &look) {
    if (!look.installed)
        return Idle::no_extension;
    if (look.no_slot)
        return Idle::no_free_slot;
    if (look.queue.waiting)
        return Idle::workers_busy;
    return TIMESTAMP_IS_NOEND(look.next_plan) ? Idle::nothing_planned : Idle::nothing_due;
}

/** Notes what was found; true if there is reason to stay, `until` a time. */
bool publish(Scheduler *scheduler, const Look &look, TimestampTz *until) {
    const TimestampTz now = GetCurrentTimestamp();
    if (look.queue.started > 0)
        scheduler->last_start = now;
    const bool at_work = look.queue.at_work + look.queue.started > 0;
    const TimestampTz patience = scheduler->last_start + lingering;
    const bool patient = at_work && now < patience;
    *until = patient ? std::min(look.next_due, patience) : look.next_due;

    const SharedStateLock lock;
    SharedState *state = scheduler->state;
    DatabaseEntry *entry = own_entry(*scheduler);
    entry->looked = true;
    entry->prepared = entry->prepared || look.prepared;
    entry->installed = look.installed;
    entry->next_due = look.next_due;
    entry->next_plan = look.next_plan;
    entry->idle = idle_reason(look);
    if (look.no_slot || look.queue.started > 0)
        state->slots_short = look.no_slot;
    return entry->changed || look.next_due <= now + lingering || (patient && !state->slots_short);
}

/** A look, and what follows from it; false when it is time to leave. */
bool round(Scheduler *scheduler, TimestampTz *until) {
    {
        const SharedStateLock lock;
        DatabaseEntry *entry = own_entry(*scheduler);
        if (entry == nullptr || entry->kept_away > 0)
            return false;
        entry->changed = false;
        entry->wakeups++;
        scheduler->server_started = !entry->seen_start;
        scheduler->first_look = !entry->looked;
        const TimestampTz now = GetCurrentTimestamp();
        scheduler->plan_again = scheduler->first_look || now < entry->looked_at;
        entry->looked_at = now;
    }
    if (!settings::scheduler)
        return false;
    auto *look = static_cast<Look *>(palloc0(sizeof(Look)));
    settle_ended(scheduler);
    take_look(scheduler, look);
    if (look->queue.started > 0)
        start_workers(scheduler, look);
    return publish(scheduler, *look, until);
}

void work(Oid database) {
    Scheduler scheduler = {};
    scheduler.state = find_shared_state();
    scheduler.database = database;
    if (!enter(scheduler)) {
        left_cleanly = true;
        return;
    }
    pg::connect_worker(database);
    pg::show_activity("pg_tviews scheduler");
    scheduler.memory = AllocSetContextCreate(TopMemoryContext, "pg_tviews scheduler", ALLOCSET_DEFAULT_SIZES);
    scheduler.loop_memory =
        AllocSetContextCreate(scheduler.memory, "pg_tviews scheduler round", ALLOCSET_DEFAULT_SIZES);
    evict_unreported();
    MemoryContextSwitchTo(scheduler.loop_memory);
    TimestampTz until = DT_NOEND;
    while (round(&scheduler, &until)) {
        MemoryContextReset(scheduler.loop_memory);
        pgstat_report_stat(false);
        pgstat_report_activity(STATE_IDLE, nullptr);
        pg::sleep_until(until);
        MemoryContextSwitchTo(scheduler.loop_memory);
    }
    left_cleanly = true;
}

} // namespace
} // namespace pgtv::scheduler

void tview_scheduler_main(Datum database) {
    pgtv::pg::boundary([=] { pgtv::scheduler::work(DatumGetObjectId(database)); });
}
