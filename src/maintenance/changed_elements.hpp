// By which numbers do the changed rows of a source stand in the arrays of which stored rows? Lifetime: the flush of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_chunks.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** A changed row, before or after. */
struct ChangedElement {
    uint32 hash; // of the key
    int64 number;
    Datum *key; // [rule->key_count]
};

class ChangedElements {
public:
    /** Reads the images that are pending for the TVIEW. Rows of which a column of K is NULL are in no array. */
    ChangedElements(const plan::Rule *rule, const plan::SourceRule *source);
    /** Those of key number `i` of `chunk`, ascending by number, each once. Returns how many. */
    int find(const KeyChunk &chunk, int i, const ChangedElement **first) const;

private:
    void add(TupleTableSlot *image, const int *positions, int number);
    [[nodiscard]] uint32 hash(const Datum *key) const;
    [[nodiscard]] bool same_key(const Datum *one, const Datum *other) const;
    void sort();

    const plan::Rule *rule_;
    int16 *lengths_; // [rule->key_count] of the types of K
    bool *by_value_;
    Oid number_type_;
    int count_ = 0;
    int room_ = 16;
    ChangedElement *elements_; // [room_], which is set before
};

} // namespace pgtv::maintenance
