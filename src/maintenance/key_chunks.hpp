// Splits a set of keys into chunks that one query can look up: distinct by the equality of K, of one pattern of
// NULLs each, and few enough for memory. Lifetime: the recomputation of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_set.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** Keys to look up together. Only the columns that are not NULL have values. */
struct KeyChunk {
    const Bitmapset *null_columns; // indexes into rule->keys
    int column_count;              // columns that are not NULL
    int count;
    Datum *values;           // [count][column_count]
    const RowPlaces *places; // of source rows with these keys; nullptr: nothing is known
};

/** Receives the chunks; a chunk is valid during the call. */
class KeyChunkSink {
public:
    virtual void look_up(const KeyChunk &chunk) = 0;

protected:
    ~KeyChunkSink() = default;
};

/** Hands every distinct key of `keys` to `sink` exactly once. */
void for_each_chunk(const plan::Rule *rule, const KeySet &keys, KeyChunkSink *sink);

} // namespace pgtv::maintenance
