// Background workers of our own: starting them, their connection, their transactions. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg/background_worker.hpp"

#ifdef __linux__
#include <sys/timerfd.h>
#include <unistd.h>
#endif

namespace pgtv::pg {
namespace {

/** The longest sleep the server's latches can be asked for. */
constexpr int64 longest_sleep_ms = std::numeric_limits<int>::max();

/** The longest sleep until a time where nobody tells that the clock was set. */
constexpr int64 longest_blind_sleep_ms = 60000;

/** Cut to what fits, never within a character: everybody's pg_stat_activity shows it. */
void copy_name(char (&target)[BGW_MAXLEN], const char *name) {
    const int length = pg_mbcliplen(name, int(strlen(name)), BGW_MAXLEN - 1);
    memcpy(target, name, size_t(length));
    target[length] = '\0';
}

BackgroundWorker describe(const WorkerRequest &request) {
    BackgroundWorker worker = {};
    copy_name(worker.bgw_name, request.name);
    copy_name(worker.bgw_type, request.name);
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = request.restart_seconds;
    strlcpy(worker.bgw_library_name, "pg_tviews", sizeof(worker.bgw_library_name));
    strlcpy(worker.bgw_function_name, request.function, sizeof(worker.bgw_function_name));
    worker.bgw_main_arg = request.argument;
    if (request.extra_size > 0)
        memcpy(worker.bgw_extra, request.extra, std::min(request.extra_size, sizeof(worker.bgw_extra)));
    return worker;
}

/** What the session's statement loop would do after an error. */
ErrorData *abort_after_error(MemoryContext memory) {
    HOLD_INTERRUPTS();
    disable_all_timeouts(false);
    QueryCancelPending = false;
    EmitErrorReport();
    ErrorData *failure = take_error(memory);
    AbortCurrentTransaction();
    RESUME_INTERRUPTS();
    return failure;
}

long milliseconds_until(TimestampTz until, int64 longest_ms) {
    const TimestampTz now = GetCurrentTimestamp();
    if (until <= now)
        return 0;
    const int64 microseconds = until > now + longest_ms * 1000 ? longest_ms * 1000 : until - now;
    return long((microseconds + 999) / 1000);
}

/**
 * A descriptor that becomes readable when the wall clock is set; -1 where there is none. The caller closes it. The time of
 * its own that such a timer needs is beyond all sleeps.
 */
int watch_wall_clock() {
#ifdef __linux__
    const int watch = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    itimerspec never = {};
    never.it_value.tv_sec = std::numeric_limits<time_t>::max();
    if (watch < 0 || timerfd_settime(watch, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) == 0)
        return watch;
    (void)close(watch);
#endif
    return -1;
}

/** Latches measure how much time has passed, whatever the clock says. Where nobody tells that it was set, it is looked at. */
void wait_on_wall_clock(int events, TimestampTz until) {
    const int watch = watch_wall_clock();
    if (watch < 0) {
        (void)WaitLatch(MyLatch, events | WL_TIMEOUT, milliseconds_until(until, longest_blind_sleep_ms),
                        PG_WAIT_EXTENSION);
        return;
    }
    (void)WaitLatchOrSocket(MyLatch, events | WL_SOCKET_READABLE | WL_TIMEOUT, watch,
                            milliseconds_until(until, longest_sleep_ms), PG_WAIT_EXTENSION);
    (void)close(watch);
}

} // namespace

void register_static_worker(const WorkerRequest &request) {
    BackgroundWorker worker = describe(request);
    RegisterBackgroundWorker(&worker);
}

BackgroundWorkerHandle *start_worker(const WorkerRequest &request) {
    BackgroundWorker worker = describe(request);
    worker.bgw_notify_pid = MyProcPid;
    BackgroundWorkerHandle *handle = nullptr;
    return RegisterDynamicBackgroundWorker(&worker, &handle) ? handle : nullptr;
}

bool worker_ended(BackgroundWorkerHandle *handle) {
    pid_t pid;
    return GetBackgroundWorkerPid(handle, &pid) == BGWH_STOPPED;
}

void connect_worker(Oid database) {
    pqsignal(SIGTERM, die);
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    BackgroundWorkerUnblockSignals();
    if (OidIsValid(database))
        BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
    else
        BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
}

void show_activity(const char *name) {
    SetConfigOption("application_name", name, PGC_USERSET, PGC_S_SESSION);
    pgstat_report_activity(STATE_RUNNING, name);
}

void sleep_until(TimestampTz until) {
    constexpr int woken = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH;
    if (TIMESTAMP_IS_NOEND(until))
        (void)WaitLatch(MyLatch, woken, -1, PG_WAIT_EXTENSION);
    else
        wait_on_wall_clock(woken, until);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
    if (ConfigReloadPending) {
        ConfigReloadPending = 0;
        ProcessConfigFile(PGC_SIGHUP);
    }
}

ErrorData *transaction_body(void (*body)(void *), void *argument) {
    const MemoryContext memory = CurrentMemoryContext;
    ErrorData *volatile failure = nullptr;
    ErrorTrap trap;
    if (sigsetjmp(*trap.arm(), 0) == 0) {
        SetCurrentStatementStartTimestamp();
        StartTransactionCommand();
        PushActiveSnapshot(GetTransactionSnapshot());
        body(argument);
        PopActiveSnapshot();
        CommitTransactionCommand();
        trap.disarm();
    } else {
        trap.disarm();
        failure = abort_after_error(memory);
    }
    MemoryContextSwitchTo(memory);
    return failure;
}

} // namespace pgtv::pg
