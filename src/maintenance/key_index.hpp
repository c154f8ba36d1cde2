// Rows of a table by the columns that K is made of, through an index and without a query. Lifetime: the rule (which
// index it is), a scope (a scan).
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_chunks.hpp"
#include "maintenance/recompute_plans.hpp"

namespace pgtv::maintenance {

/** For each of the index's first columns, which column of K it is and how that is compared. */
struct KeyIndex {
    Oid index;
    int *keys;           // [rule->key_count]
    FmgrInfo *functions; // [rule->key_count]
    bool unique;         // no two rows have the same key, unless part of it is NULL
    bool walkable;       // K is one column, by which the index ascends; else the rest is unset
    FmgrInfo at_least;
    FmgrInfo order;
};

/** `columns` of `table` are those of K, in its order; `unique`: no other column, and no two rows alike. */
struct KeyColumnsOf {
    Relation table;
    const AttrNumber *columns;
    bool unique;
};

/** A row and which of its columns are K. */
struct KeyedRow {
    TupleTableSlot *row;
    const AttrNumber *columns;
};

/** Would `index` lead to this row when it is searched for `key`, none of which is NULL? Makes all columns readable. */
bool holds_key(const plan::Rule *rule, const KeyedRow &row, const KeyIndex *index, const Datum *key);

/** The first index that finds exactly what `WHERE column = key AND …` would; nullptr if there is none. */
const KeyIndex *find_key_index(const RuleQueries *queries, const KeyColumnsOf &wanted);

/**
 * Looks keys up one after the other, as the active snapshot sees the table. Keys that come in the index's order and are
 * neighbours there are found by walking on from one to the next.
 */
class KeyScan {
public:
    KeyScan(const RuleQueries *queries, const KeyIndex *index, Relation table);
    /** Begins with key number `i` of `chunk`. */
    void seek(const KeyChunk &chunk, int i);
    /** The next row of that key, all its columns readable, dropped ones NULL; false if there is none. */
    bool next();
    [[nodiscard]] TupleTableSlot *row() const {
        return slot_;
    }
    void end();

private:
    [[nodiscard]] bool worth_a_walk(const KeyChunk &chunk) const;
    void descend(const KeyChunk &chunk, int i);
    bool next_of_key();
    void note_place();
    void start_walk(Datum key);
    bool walk_to(Datum key);
    bool next_on_walk();
    void step();
    [[nodiscard]] int compare(Datum one, Datum other) const;
    [[nodiscard]] int compare_entry() const;

    const RuleQueries *queries_;
    const KeyIndex *index_;
    Relation relation_;
    IndexScanDesc scan_;
    TupleTableSlot *slot_;
    ScanKey keys_;
    bool at_most_one_;   // descending: there is at most one row of this key
    bool found_ = false; // descending: a row of this key
    BlockNumber block_;  // of the row found last by descending
    bool near_;          // so was the row before it, or next to it
    bool walking_;       // the scan is not bounded by the key: it stands on the first entry that was not less
    bool ended_;         // walking: no entry is left to stand on
    bool used_;          // walking: the entry's row has been returned
    int order_;          // walking: of the entry, compared with the key
    Datum key_;          // walking: what is looked up
    int before_try_;     // keys to look up one by one before the next walk
    int patience_;       // how many that were the last time
};

/** May the current user read all rows? Scans by hand check nothing: a query would check this. */
bool may_read(Relation table);

} // namespace pgtv::maintenance
