// Entries which a backend builds from the catalogs, found by an Oid and built anew after an invalidation. Lifetime:
// backend; an entry that was replaced is kept until release(), because somebody further up the stack may be using it.
#pragma once

#include "pg/postgres.hpp"
#include "pg/bridge.hpp"

namespace pgtv::capture {

/**
 * Entry has the members `bool valid` and `Entry *next_retired`, which belong to the cache once put() was called, and
 * `bool depends_on(Oid relid) const`, which runs in any invalidation, also during abort: it reads memory only.
 */
template <typename Entry>
class BackendCache {
public:
    constexpr explicit BackendCache(const char *name) : name_(name) {}

    /** The entry, perhaps no longer valid, or nullptr. */
    [[nodiscard]] Entry *find(Oid key) const {
        if (slots_ == nullptr)
            return nullptr;
        auto *slot = static_cast<Slot *>(hash_search(slots_, &key, HASH_FIND, nullptr));
        return slot != nullptr ? slot->entry : nullptr;
    }

    [[nodiscard]] Entry *find_valid(Oid key) const {
        Entry *entry = find(key);
        return entry != nullptr && entry->valid ? entry : nullptr;
    }

    /** The first of the replaced entries for which test(entry) holds, or nullptr. */
    template <typename Test>
    [[nodiscard]] Entry *find_retired(Test test) const {
        Entry *entry = retired_;
        while (entry != nullptr && !test(entry))
            entry = entry->next_retired;
        return entry;
    }

    /** Keeps `entry`, nullptr for none; what was kept under this key is retired. */
    void put(Oid key, Entry *entry) {
        bool found;
        auto *slot = static_cast<Slot *>(hash_search(get_slots(), &key, HASH_ENTER, &found));
        if (found && slot->entry != nullptr) {
            slot->entry->next_retired = retired_;
            retired_ = slot->entry;
        }
        slot->entry = entry;
    }

    /** Makes the entries for which test(entry) holds stale. During abort too: memory only. */
    template <typename Test>
    void invalidate(Test test) {
        invalidations_++;
        if (slots_ == nullptr)
            return;
        HASH_SEQ_STATUS status;
        hash_seq_init(&status, slots_);
        while (auto *slot = static_cast<Slot *>(hash_seq_search(&status))) {
            if (slot->entry != nullptr && slot->entry->valid && test(slot->entry))
                slot->entry->valid = false;
        }
    }

    /** Grows with each invalidation: what was built meanwhile may be stale already. */
    [[nodiscard]] uint64 invalidations() const {
        return invalidations_;
    }

    /** Registers the callbacks: for relations, and for the system caches any change in which makes all stale. */
    void watch(std::initializer_list<int> system_caches) {
        CacheRegisterRelcacheCallback(relation_changed, PointerGetDatum(this));
        for (const int cache : system_caches)
            CacheRegisterSyscacheCallback(cache, anything_changed, PointerGetDatum(this));
    }

    /** Hands each replaced entry to free_entry(entry), when nobody uses it any more. */
    template <typename Free>
    void release(Free free_entry) {
        while (retired_ != nullptr) {
            Entry *entry = retired_;
            retired_ = entry->next_retired;
            free_entry(entry);
        }
    }

private:
    struct Slot {
        Oid key;
        Entry *entry;
    };

    HTAB *get_slots() {
        if (slots_ == nullptr) {
            HASHCTL control = {};
            control.keysize = sizeof(Oid);
            control.entrysize = sizeof(Slot);
            control.hcxt = CacheMemoryContext;
            slots_ = hash_create(name_, 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
        }
        return slots_;
    }

    static BackendCache *from_datum(Datum cache) {
        return reinterpret_cast<BackendCache *>(DatumGetPointer(cache));
    }

    /** InvalidOid: any relation may have changed. */
    static void relation_changed(Datum cache, Oid relid) {
        pg::boundary([=] {
            from_datum(cache)->invalidate(
                [=](const Entry *entry) { return !OidIsValid(relid) || entry->depends_on(relid); });
        });
    }

    static void anything_changed(Datum cache, int, uint32) {
        pg::boundary([=] { from_datum(cache)->invalidate([](const Entry *) { return true; }); });
    }

    const char *name_;
    HTAB *slots_ = nullptr;
    Entry *retired_ = nullptr;
    uint64 invalidations_ = 0;
};

} // namespace pgtv::capture
