// The shared memory of the scheduler: asked for at server start, found by every process. Lifetime: server.

#include "pg/postgres.hpp"
#include "scheduler/shared_state.hpp"

#include "pg/shared_memory.hpp"

namespace pgtv::scheduler {
namespace {

SharedState *shared = nullptr;
bool run_worker = false;

void initialize(void *memory) {
    auto *state = static_cast<SharedState *>(memory);
    ConditionVariableInit(&state->run_changed);
}

void attach(void *memory) {
    shared = static_cast<SharedState *>(memory);
}

constexpr pg::SharedArea area = {"pg_tviews scheduler", sizeof(SharedState), 1, initialize, attach};

void copy_text(char *target, size_t size, const char *text) {
    if (text == nullptr)
        text = "";
    const int length = pg_mbcliplen(text, int(strlen(text)), int(size) - 1);
    memcpy(target, text, size_t(length));
    target[length] = '\0';
}

} // namespace

void request_shared_state() {
    (void)pg::add_shared_area(&area);
}

SharedState *find_shared_state() {
    return shared;
}

SharedStateLock::SharedStateLock() {
    LWLockAcquire(&pg::shared_locks(&area)->lock, LW_EXCLUSIVE);
}

SharedStateLock::~SharedStateLock() {
    LWLockRelease(&pg::shared_locks(&area)->lock);
}

DatabaseEntry *find_database(SharedState *state, Oid database) {
    for (DatabaseEntry &entry : state->databases)
        if (entry.database == database)
            return &entry;
    return nullptr;
}

DatabaseEntry *find_or_add_database(SharedState *state, Oid database) {
    DatabaseEntry *entry = find_database(state, database);
    if (entry != nullptr)
        return entry;
    entry = find_database(state, InvalidOid);
    if (entry == nullptr)
        return nullptr;
    *entry = DatabaseEntry{};
    entry->database = database;
    entry->next_due = DT_NOEND;
    entry->next_plan = DT_NOEND;
    return entry;
}

void mark_changed(SharedState *state, Oid database) {
    DatabaseEntry *entry = find_or_add_database(state, database);
    if (entry != nullptr)
        entry->changed = true;
    if (entry != nullptr && entry->pid > 0)
        SetLatch(entry->latch);
    else if (state->launcher_pid != 0)
        SetLatch(state->launcher_latch);
}

bool is_run_worker() {
    return run_worker;
}

void become_run_worker() {
    run_worker = true;
}

void report_failure(const FailedRefresh &failure) {
    if (!run_worker)
        report_failure_of_run(failure);
}

void report_failure_of_run(const FailedRefresh &failure) {
    if (shared == nullptr)
        return;
    const SharedStateLock lock;
    if (shared->failure_count == most_failures) {
        memmove(&shared->failures[0], &shared->failures[1], sizeof(FailedRefresh) * (most_failures - 1));
        shared->failure_count--;
        shared->failures_lost++;
    }
    shared->failures[shared->failure_count++] = failure;
    mark_changed(shared, failure.database);
}

FailedRefresh describe_failure(Oid relation, const char *mode, TimestampTz started_at, const ErrorData &error) {
    FailedRefresh failure = {};
    failure.database = MyDatabaseId;
    failure.relation = relation;
    failure.started_at = started_at;
    failure.finished_at = GetCurrentTimestamp();
    failure.sqlstate = error.sqlerrcode;
    failure.pid = MyProcPid;
    copy_text(failure.mode, sizeof(failure.mode), mode);
    copy_text(failure.message, sizeof(failure.message), error.message);
    copy_text(failure.detail, sizeof(failure.detail), error.detail);
    copy_text(failure.hint, sizeof(failure.hint), error.hint);
    return failure;
}

} // namespace pgtv::scheduler
