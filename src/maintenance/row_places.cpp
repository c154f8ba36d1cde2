// Collects the places from the images. Lifetime: see row_places.hpp.

#include "pg/postgres.hpp"
#include "maintenance/row_places.hpp"

#include "capture/change_set.hpp"
#include "maintenance/image_query.hpp"
#include "pg_tviews/capture.hpp"

namespace pgtv::maintenance {

RowPlaces::RowPlaces(const plan::Rule *rule, Oid source, int64 rows) : hashes_(hashes_of(rule)), source_(source) {
    uint32 room = 2;
    while (room < rows * 2)
        room <<= 1;
    mask_ = room - 1;
    entries_ = static_cast<Entry *>(palloc0(sizeof(Entry) * room)); // offset 0 is none
}

const RowPlaces *RowPlaces::collect(const plan::Rule *rule, List *changes) {
    const auto *change = static_cast<const capture::SourceChanges *>(linitial(changes));
    const plan::SourceRule *source = plan::find_source(rule, change->source);
    const int64 rows = change->images - change->old_images;
    // Under a snapshot of the transaction all that is read is read as any query would.
    if (list_length(changes) != 1 || change->whole || rows == 0 || source->direct_count == 0 ||
        source->direct_count > INDEX_MAX_KEYS || IsolationUsesXactSnapshot() ||
        Size(rows) * 4 * sizeof(Entry) > Size(work_mem) * 1024 / 4)
        return nullptr;
    const capture::ImageLayout *layout = capture::find_pending_layout(rule->tview, source->source);
    if (layout == nullptr)
        return nullptr;
    auto *places = new (palloc(sizeof(RowPlaces))) RowPlaces(rule, source->source, rows);
    TupleTableSlot *slot = MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    auto *key = static_cast<Datum *>(palloc(sizeof(Datum) * Size(source->direct_count)));
    capture::for_each_image(rule->tview, source->source, false, [&](MinimalTuple tuple, const capture::Image &image) {
        if (image.offset == 0)
            return;
        ExecStoreMinimalTuple(tuple, slot, false);
        slot_getallattrs(slot);
        for (int i = 0; i < source->direct_count; i++) {
            const int position = position_of(layout, source->direct[i]);
            if (slot->tts_isnull[position])
                return;
            key[i] = slot->tts_values[position];
        }
        const BlockIdData block = {static_cast<uint16>(image.block >> 16), static_cast<uint16>(image.block)};
        const ItemPointerData place = {block, image.offset};
        places->add(places->hash(key), place);
    });
    ExecClearTuple(slot);
    return places;
}

uint32 RowPlaces::hash(const Datum *key) const {
    constexpr bool no_nulls[INDEX_MAX_KEYS] = {};
    const MemoryContext previous = MemoryContextSwitchTo(hashes_->scratch);
    const uint32 result = hash_values(hashes_->key, key, no_nulls);
    MemoryContextSwitchTo(previous);
    MemoryContextReset(hashes_->scratch);
    return result;
}

RowPlaces::Entry *RowPlaces::entry_of(uint32 hash) const {
    uint32 i = hash & mask_;
    while (entries_[i].place.ip_posid != 0 && entries_[i].hash != hash)
        i = (i + 1) & mask_;
    return &entries_[i];
}

/** The newest replaces those before. */
void RowPlaces::add(uint32 hash, const ItemPointerData &place) {
    *entry_of(hash) = Entry{hash, place};
}

ItemPointerData RowPlaces::place_of(const Datum *key) const {
    return entry_of(hash(key))->place;
}

bool RowPlaces::has_block(Relation table, BlockNumber block) const {
    if (block >= blocks_)
        blocks_ = RelationGetNumberOfBlocks(table);
    return block < blocks_;
}

} // namespace pgtv::maintenance
