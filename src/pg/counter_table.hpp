// The memory behind pg_tviews/counters.hpp: a slot per TVIEW, found by scanning a dense array of keys, which each
// session does once per TVIEW. Lifetime: server (shared memory) or session.
//
// A slot's spinlock guards its totals and its key; the table's lock guards which keys there are. A key never moves.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/counters.hpp"

namespace pgtv::counters {

constexpr uint32 capacity = 4096; // TVIEWs of all databases together

struct Slot {
    slock_t mutex;
    Totals totals;
};

struct Table {
    pg_atomic_uint32 used;           // slots below this have had a key
    pg_atomic_uint64 complete_since; // its start, or when a slot was last given to another TVIEW
    pg_atomic_uint64 keys[capacity]; // database and TVIEW; 0 = free
    Slot slots[capacity];
};

/** The key of a TVIEW of this database. */
inline uint64 key_of(Oid tview) {
    return static_cast<uint64>(MyDatabaseId) << 32 | tview;
}

/** Makes an empty table of raw memory. */
void start_table(Table *table);

/** The slot of `key`, with its spinlock held; nullptr if there is none. */
Slot *find_locked(Table *table, uint64 key);

/**
 * The same, but makes one: when all are taken, from the TVIEW that was not flushed for the longest time. `lock`
 * (nullptr: the table is this session's own) must not be held.
 */
Slot *get_locked(Table *table, uint64 key, LWLock *lock);

} // namespace pgtv::counters
