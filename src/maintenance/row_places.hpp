// Where the changed rows of a source are in their table, by the hash of their keys: to look there before an index is
// searched. Lifetime: the memory context it is made in.
//
// A place says little: the row may have been updated or rolled back since, the table rewritten, to fewer blocks even, the
// hash be that of another key. So what is found there counts only if it is visible and has the key that was looked for; where
// keys are unique, it is then the row that the index would have led to.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/value_hash.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

class RowPlaces {
public:
    /**
     * Of the rows pending in `changes` (list of capture::SourceChanges *), if there is one source and its rows hold K; nullptr
     * if nothing is known of their places, or there are too many for memory.
     */
    static const RowPlaces *collect(const plan::Rule *rule, List *changes);

    /** The source whose rows they are. */
    [[nodiscard]] Oid source() const {
        return source_;
    }

    /** Puts the row with this key into `slot`, which is shaped for `table`, the source. `has_key`: is it really that? */
    template <typename HasKey>
    bool fetch(Relation table, const Datum *key, TupleTableSlot *slot, HasKey has_key) const {
        ItemPointerData place = place_of(key);
        return ItemPointerIsValid(&place) && has_block(table, ItemPointerGetBlockNumberNoCheck(&place)) &&
               table_tuple_fetch_row_version(table, &place, GetActiveSnapshot(), slot) && has_key();
    }

private:
    struct Entry {
        uint32 hash;
        ItemPointerData place; // invalid: the entry is free
    };

    RowPlaces(const plan::Rule *rule, Oid source, int64 rows);
    [[nodiscard]] uint32 hash(const Datum *key) const;
    [[nodiscard]] ItemPointerData place_of(const Datum *key) const;
    Entry *entry_of(uint32 hash) const;
    bool has_block(Relation table, BlockNumber block) const;
    void add(uint32 hash, const ItemPointerData &place);

    const RuleHashes *hashes_;
    Oid source_;
    mutable BlockNumber blocks_ = 0; // the table has so many at least
    uint32 mask_;
    Entry *entries_; // [mask_ + 1], open addressing; at most half of them in use
};

} // namespace pgtv::maintenance
