// Rows of a table found by unique values, so that the same partner of many rows is looked up once. Valid under one snapshot.
// Lifetime: a scope (that of a JoinedRow).
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::maintenance {

/** How the values are compared that are looked up, or copied that are remembered: by their image. */
struct ImageType {
    bool by_value;
    int16 length;
};

ImageType image_type(Oid type);

/** The columns wanted of a row; `nulls` is nullptr if there is no such row. */
struct RememberedRow {
    Datum *values;
    bool *nulls;
};

/** Stops remembering when few lookups are repeated. */
class RememberedRows {
public:
    /** The types are kept by the caller. */
    RememberedRows(const ImageType *keys, int key_count, const ImageType *columns, int column_count);
    /** nullptr: not known. */
    const RememberedRow *find(const Datum *key);
    /** Copies the row of `key`, which find() has just not found; nulls nullptr: there is none. */
    void add(const Datum *key, const Datum *values, const bool *nulls);
    [[nodiscard]] bool worthwhile() const {
        return misses_ < patience || hits_ > misses_ / 4;
    }
    void end();

private:
    struct Entry;
    static constexpr int64 patience = 1000;

    [[nodiscard]] uint32 hash(const Datum *key) const;
    [[nodiscard]] bool same(const Entry *entry, const Datum *key) const;
    [[nodiscard]] Datum *copy(const ImageType *types, int count, const Datum *values, const bool *nulls) const;
    void clear();
    void grow();

    const ImageType *keys_;
    int key_count_;
    const ImageType *columns_;
    int column_count_;
    MemoryContext memory_;
    Entry **heads_ = nullptr; // [room_]
    uint32 room_ = 0;
    uint32 count_ = 0;
    uint32 sought_ = 0; // the hash of the key that was not found
    int64 hits_ = 0;
    int64 misses_ = 0;
};

} // namespace pgtv::maintenance
