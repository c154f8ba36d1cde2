// Counts in a plain struct while maintenance runs and adds it to the totals once, at its end: two readings of the clock
// and one spinlock per flush of a TVIEW. Lifetime: server, or session when the library is not preloaded.

#include "pg/postgres.hpp"
#include "pg_tviews/counters.hpp"

#include "pg/counter_table.hpp"
#include "pg/shared_memory.hpp"

namespace pgtv::counters {

Counts running = {};

namespace {

Table *table = nullptr;
LWLock *table_lock = nullptr; // nullptr: the table is this session's own

void attach(void *memory);

constexpr pg::SharedArea area = {"pg_tviews counters", sizeof(Table), 1,
                                 [](void *memory) { start_table(static_cast<Table *>(memory)); }, attach};

void attach(void *memory) {
    table = static_cast<Table *>(memory);
    table_lock = &pg::shared_locks(&area)->lock;
}

/** Without shared memory each session counts for itself; what is not used of the table costs no memory. */
Table *get_table() {
    if (table == nullptr) {
        table = static_cast<Table *>(MemoryContextAlloc(TopMemoryContext, sizeof(Table)));
        start_table(table);
    }
    return table;
}

void add(Counts *sum, const Counts &more) {
    sum->flushes += more.flushes;
    sum->rows_inserted += more.rows_inserted;
    sum->rows_updated += more.rows_updated;
    sum->rows_deleted += more.rows_deleted;
    sum->rows_unchanged += more.rows_unchanged;
    sum->keys_recomputed += more.keys_recomputed;
    sum->full_refreshes += more.full_refreshes;
    sum->time += more.time;
    sum->locks_taken += more.locks_taken;
    sum->locks_waited += more.locks_waited;
    sum->locks_escalated += more.locks_escalated;
    sum->lock_wait += more.lock_wait;
    sum->errors += more.errors;
}

} // namespace

int64 start() {
    running = {};
    (void)get_table(); // here, since fail() must not allocate
    return GetCurrentTimestamp();
}

void finish(Oid tview, int64 started) {
    const TimestampTz now = GetCurrentTimestamp();
    running.flushes = 1;
    running.time = std::max<int64>(now - started, 0);
    Slot *slot = get_locked(get_table(), key_of(tview), table_lock);
    add(&slot->totals.counts, running);
    slot->totals.last_flush = now;
    SpinLockRelease(&slot->mutex);
}

void fail(Oid tview, int64 started, int sqlstate, const char *message) {
    const TimestampTz now = GetCurrentTimestamp();
    const int length = pg_mbcliplen(message, static_cast<int>(strlen(message)), error_size - 1);
    running = {};
    running.errors = 1;
    running.time = std::max<int64>(now - started, 0);
    Slot *slot = get_locked(get_table(), key_of(tview), table_lock);
    add(&slot->totals.counts, running);
    slot->totals.last_error_at = now;
    slot->totals.last_sqlstate = sqlstate;
    memcpy(slot->totals.last_error, message, static_cast<Size>(length));
    slot->totals.last_error[length] = '\0';
    SpinLockRelease(&slot->mutex);
}

void for_each(void (*visit)(const Totals &totals, void *argument), void *argument) {
    Table *all = get_table();
    const uint32 used = pg_atomic_read_u32(&all->used);
    for (uint32 i = 0; i < used; i++) {
        const uint64 key = pg_atomic_read_u64(&all->keys[i]);
        Slot *slot = key >> 32 == MyDatabaseId ? find_locked(all, key) : nullptr;
        if (slot == nullptr)
            continue;
        const Totals totals = slot->totals;
        SpinLockRelease(&slot->mutex);
        visit(totals, argument);
    }
}

int64 complete_since() {
    return static_cast<int64>(pg_atomic_read_u64(&get_table()->complete_since));
}

bool shared() {
    return table_lock != nullptr;
}

void reset(Oid tview) {
    const TimestampTz now = GetCurrentTimestamp();
    Slot *slot = get_locked(get_table(), key_of(tview), table_lock);
    slot->totals = {};
    slot->totals.tview = tview;
    slot->totals.since = now;
    SpinLockRelease(&slot->mutex);
}

void initialize() {
    (void)pg::add_shared_area(&area);
}

} // namespace pgtv::counters
