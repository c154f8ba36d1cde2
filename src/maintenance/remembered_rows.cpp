// A hash table that is emptied when it has grown too large. Lifetime: see remembered_rows.hpp.

#include "pg/postgres.hpp"
#include "maintenance/remembered_rows.hpp"

namespace pgtv::maintenance {

struct RememberedRows::Entry {
    Entry *next;
    uint32 hash;
    Datum *key;
    RememberedRow row;
};

namespace {

constexpr Size least_memory = 64 * 1024;

Size most_memory() {
    return std::max(least_memory, static_cast<Size>(work_mem) * 1024 / 8);
}

} // namespace

ImageType image_type(Oid type) {
    ImageType result = {};
    get_typlenbyval(type, &result.length, &result.by_value);
    return result;
}

RememberedRows::RememberedRows(const ImageType *keys, int key_count, const ImageType *columns, int column_count)
    : keys_(keys), key_count_(key_count), columns_(columns), column_count_(column_count),
      memory_(AllocSetContextCreate(CurrentMemoryContext, "pg_tviews remembered rows", ALLOCSET_DEFAULT_SIZES)) {}

uint32 RememberedRows::hash(const Datum *key) const {
    uint32 result = 0;
    for (int i = 0; i < key_count_; i++)
        result = hash_combine(result, datum_image_hash(key[i], keys_[i].by_value, keys_[i].length));
    return result;
}

bool RememberedRows::same(const Entry *entry, const Datum *key) const {
    for (int i = 0; i < key_count_; i++)
        if (!datum_image_eq(entry->key[i], key[i], keys_[i].by_value, keys_[i].length))
            return false;
    return true;
}

const RememberedRow *RememberedRows::find(const Datum *key) {
    sought_ = hash(key);
    for (Entry *entry = room_ == 0 ? nullptr : heads_[sought_ & (room_ - 1)]; entry != nullptr; entry = entry->next) {
        if (entry->hash != sought_ || !same(entry, key))
            continue;
        hits_++;
        return &entry->row;
    }
    misses_++;
    return nullptr;
}

/** `nulls` nullptr: none is NULL. */
Datum *RememberedRows::copy(const ImageType *types, int count, const Datum *values, const bool *nulls) const {
    auto *result = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(count + 1)));
    for (int i = 0; i < count; i++)
        result[i] = nulls != nullptr && nulls[i] ? Datum(0) : datumCopy(values[i], types[i].by_value, types[i].length);
    return result;
}

void RememberedRows::add(const Datum *key, const Datum *values, const bool *nulls) {
    if (MemoryContextMemAllocated(memory_, false) > most_memory())
        clear();
    if (count_ >= room_)
        grow();
    const MemoryContext before = MemoryContextSwitchTo(memory_);
    auto *entry = static_cast<Entry *>(palloc0(sizeof(Entry)));
    entry->hash = sought_;
    entry->key = copy(keys_, key_count_, key, nullptr);
    if (nulls != nullptr) {
        entry->row.values = copy(columns_, column_count_, values, nulls);
        entry->row.nulls = static_cast<bool *>(palloc(sizeof(bool) * static_cast<Size>(column_count_ + 1)));
        std::copy_n(nulls, column_count_, entry->row.nulls);
    }
    Entry **head = &heads_[sought_ & (room_ - 1)];
    entry->next = *head;
    *head = entry;
    count_++;
    MemoryContextSwitchTo(before);
}

void RememberedRows::clear() {
    MemoryContextReset(memory_);
    heads_ = nullptr;
    room_ = 0;
    count_ = 0;
}

void RememberedRows::grow() {
    Entry **former = heads_;
    const uint32 former_room = room_;
    room_ = room_ == 0 ? 64 : room_ * 4;
    heads_ = static_cast<Entry **>(MemoryContextAllocZero(memory_, sizeof(Entry *) * room_));
    for (uint32 i = 0; i < former_room; i++) {
        for (Entry *entry = former[i]; entry != nullptr;) {
            Entry *next = entry->next;
            Entry **head = &heads_[entry->hash & (room_ - 1)];
            entry->next = *head;
            *head = entry;
            entry = next;
        }
    }
    if (former != nullptr)
        pfree(former);
}

void RememberedRows::end() {
    MemoryContextDelete(memory_);
}

} // namespace pgtv::maintenance
