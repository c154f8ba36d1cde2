// Finds, makes and reuses the slots of the counters. Lifetime: server or session.

#include "pg/postgres.hpp"
#include "pg/counter_table.hpp"

namespace pgtv::counters {
namespace {

constexpr uint32 nowhere = capacity;

/** Where this session found keys before; direct-mapped. An entry may be outdated: the key is compared again. */
constexpr uint32 remembered_places = 64;
uint32 remembered[remembered_places];

uint32 find_key(Table *table, uint64 key) {
    uint32 &place = remembered[key % remembered_places];
    if (pg_atomic_read_u64(&table->keys[place]) == key)
        return place;
    const uint32 used = pg_atomic_read_u32(&table->used);
    for (uint32 i = 0; i < used; i++)
        if (pg_atomic_read_u64(&table->keys[i]) == key)
            return place = i;
    return nowhere;
}

/** The TVIEW that was last counted the longest time ago; approximately, since nothing is locked. */
uint32 least_recent(Table *table) {
    uint32 oldest = 0;
    int64 oldest_time = PG_INT64_MAX;
    for (uint32 i = 0; i < capacity; i++) {
        const Totals &totals = table->slots[i].totals;
        const int64 time = std::max({totals.since, totals.last_flush, totals.last_error_at});
        if (time < oldest_time) {
            oldest = i;
            oldest_time = time;
        }
    }
    return oldest;
}

/** Called with the table locked. */
uint32 make_place(Table *table) {
    const uint32 used = pg_atomic_read_u32(&table->used);
    if (used < capacity)
        return used;
    pg_atomic_write_u64(&table->complete_since, static_cast<uint64>(GetCurrentTimestamp()));
    return least_recent(table);
}

void make_slot(Table *table, uint64 key) {
    if (find_key(table, key) != nowhere)
        return; // somebody was faster
    const uint32 place = make_place(table);
    Slot *slot = &table->slots[place];
    if (place == pg_atomic_read_u32(&table->used)) {
        SpinLockInit(&slot->mutex);
        pg_atomic_write_u32(&table->used, place + 1);
    }
    const TimestampTz now = GetCurrentTimestamp();
    SpinLockAcquire(&slot->mutex);
    slot->totals = {};
    slot->totals.tview = static_cast<Oid>(key);
    slot->totals.since = now;
    pg_atomic_write_u64(&table->keys[place], key);
    SpinLockRelease(&slot->mutex);
}

} // namespace

void start_table(Table *table) {
    pg_atomic_init_u32(&table->used, 0);
    pg_atomic_init_u64(&table->complete_since, static_cast<uint64>(GetCurrentTimestamp()));
    for (pg_atomic_uint64 &key : table->keys)
        pg_atomic_init_u64(&key, 0);
}

Slot *find_locked(Table *table, uint64 key) {
    const uint32 place = find_key(table, key);
    if (place == nowhere)
        return nullptr;
    Slot *slot = &table->slots[place];
    SpinLockAcquire(&slot->mutex);
    if (pg_atomic_read_u64(&table->keys[place]) == key)
        return slot;
    SpinLockRelease(&slot->mutex); // given to another TVIEW in between
    return nullptr;
}

Slot *get_locked(Table *table, uint64 key, LWLock *lock) {
    for (;;) {
        if (Slot *slot = find_locked(table, key))
            return slot;
        if (lock != nullptr)
            LWLockAcquire(lock, LW_EXCLUSIVE);
        make_slot(table, key);
        if (lock != nullptr)
            LWLockRelease(lock);
    }
}

} // namespace pgtv::counters
