// Removes duplicate keys by their image: equal values with different images (1.0 and 1.00) stay two keys, which costs
// a little and harms nothing. Lifetime: one derivation.

#include "pg/postgres.hpp"
#include "maintenance/key_collector.hpp"

#include "pg/row_receiver.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::maintenance {
namespace {

/** The bytes of a tuple that its values decide. */
uint32 hash_image(MinimalTuple key) {
    const char *from = reinterpret_cast<const char *>(key) + offsetof(MinimalTupleData, t_infomask2);
    return hash_bytes(reinterpret_cast<const unsigned char *>(from),
                      int(key->t_len - offsetof(MinimalTupleData, t_infomask2)));
}

bool same_image(MinimalTuple a, MinimalTuple b) {
    return a->t_len == b->t_len && memcmp(a, b, a->t_len) == 0;
}

double rows_of(Oid relid) {
    Relation relation = relation_open(relid, AccessShareLock);
    BlockNumber pages;
    double tuples;
    double all_visible;
    estimate_rel_size(relation, nullptr, &pages, &tuples, &all_visible);
    relation_close(relation, AccessShareLock);
    return tuples;
}

} // namespace

KeyCollector::KeyCollector(const plan::Rule *rule, TupleDesc desc, bool any_number)
    : rule_(rule), desc_(desc), memory_(CurrentMemoryContext), keys_(tuplestore_begin_heap(true, false, work_mem)),
      slot_(MakeTupleTableSlot(desc, &TTSOpsMinimalTuple)), any_number_(any_number) {
    bool by_value = !any_number;
    for (int i = 0; i < desc->natts; i++)
        by_value = by_value && TupleDescAttr(desc, i)->attbyval;
    if (by_value)
        recent_ = static_cast<Datum *>(palloc(sizeof(Datum) * recent_count * static_cast<Size>(desc->natts)));
}

/** Many changed rows share few keys: those are not formed again. */
bool KeyCollector::added_lately(const Datum *values, const bool *nulls) {
    if (recent_ == nullptr || std::any_of(nulls, nulls + desc_->natts, [](bool null) { return null; }))
        return false;
    uint32 hash = 0;
    for (int i = 0; i < desc_->natts; i++)
        hash = hash_combine(hash, murmurhash32(static_cast<uint32>(values[i] ^ (values[i] >> 32))));
    const uint32 place = hash % recent_count;
    Datum *recent = recent_ + place * static_cast<uint32>(desc_->natts);
    if (recent_set_[place] && std::equal(values, values + desc_->natts, recent))
        return true;
    std::copy_n(values, desc_->natts, recent);
    recent_set_[place] = true;
    return false;
}

bool KeyCollector::add(Datum *values, bool *nulls) {
    if (overflowed_)
        return false;
    if (added_lately(values, nulls))
        return true;
    const MemoryContext previous = MemoryContextSwitchTo(memory_);
    for (int i = 0; i < desc_->natts; i++) {
        // A toasted key has another image each time it is stored.
        if (!nulls[i] && TupleDescAttr(desc_, i)->attlen == -1 && VARATT_IS_EXTENDED(DatumGetPointer(values[i])))
            values[i] = PointerGetDatum(PG_DETOAST_DATUM(values[i]));
    }
    MinimalTuple key = compat::form_minimal_tuple(desc_, values, nulls);
    if (any_number_ || is_new(key)) {
        ExecStoreMinimalTuple(key, slot_, false);
        tuplestore_puttupleslot(keys_, slot_);
        count_++;
        overflowed_ = past_limit();
    } else {
        pfree(key);
    }
    MemoryContextSwitchTo(previous);
    return !overflowed_;
}

/** Remembers `key`, unless work_mem is used up: then later duplicates are kept. */
bool KeyCollector::is_new(MinimalTuple key) {
    const uint32 hash = hash_image(key);
    for (uint32 i = hash & (room_ - 1); room_ > 0 && known_[i].key != nullptr; i = (i + 1) & (room_ - 1)) {
        if (known_[i].hash == hash && same_image(known_[i].key, key))
            return false;
    }
    if (memory_used_ <= Size(work_mem) * 1024) {
        if ((filled_ + 1) * 2 > room_)
            grow();
        insert(key, hash);
        filled_++;
        memory_used_ += GetMemoryChunkSpace(key) + 2 * sizeof(Known);
    }
    return true;
}

void KeyCollector::insert(MinimalTuple key, uint32 hash) {
    uint32 i = hash & (room_ - 1);
    while (known_[i].key != nullptr)
        i = (i + 1) & (room_ - 1);
    known_[i] = Known{key, hash};
}

void KeyCollector::grow() {
    Known *former = known_;
    const uint32 former_room = room_;
    room_ = former_room == 0 ? 16 : former_room * 2;
    known_ = static_cast<Known *>(
        MemoryContextAllocExtended(memory_, sizeof(Known) * room_, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    for (uint32 i = 0; i < former_room; i++) {
        if (former[i].key != nullptr)
            insert(former[i].key, former[i].hash);
    }
    if (former != nullptr)
        pfree(former);
}

bool KeyCollector::past_limit() {
    if (settings::full_refresh_threshold <= 0)
        return true;
    if (any_number_ || count_ <= always_keyed)
        return false;
    if (limit_ < 0)
        limit_ = int64(settings::full_refresh_threshold * rows_of(rule_->tview));
    return count_ > limit_;
}

DestReceiver *KeyCollector::receiver() {
    auto add_row = [this](TupleTableSlot *row) { return add(row->tts_values, row->tts_isnull); };
    using Receiver = pg::RowReceiver<decltype(add_row)>;
    return new (MemoryContextAlloc(memory_, sizeof(Receiver))) Receiver(add_row);
}

} // namespace pgtv::maintenance
