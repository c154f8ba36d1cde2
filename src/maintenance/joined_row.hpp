// Carries out the lookups of a plan::RowLookup without the executor's plans. Lifetime: the rule (prepared expressions), a
// scope (scans).
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/remembered_rows.hpp"
#include "plan/row_lookup.hpp"

namespace pgtv::maintenance {

class RowPlaces;
struct PreparedStep;

/** What the joined row takes of a leaf. */
struct LeafColumns {
    int count;
    AttrNumber *columns; // [count] of the leaf
    int *places;         // [count] in the joined row
    ImageType *types;    // [count]
    int width;           // the last column needed
};

/** A lookup with its expressions prepared, and the joined row that they read. */
struct PreparedLookup {
    const plan::RowLookup *lookup;
    int leaf_count;
    LeafColumns *leaves; // [leaf_count]
    int step_count;
    PreparedStep *steps; // [step_count]
    int output_count;
    ExprState **outputs; // [output_count]
    ExprContext *context;
    TupleTableSlot *row; // the joined row
};

/**
 * Prepares `lookup` as the current user, the owner, in the current memory context, no longer-lived than the rule. nullptr:
 * only a query can tell whether the owner may read all relations.
 */
PreparedLookup *prepare_lookup(const plan::Rule *rule, const plan::RowLookup *lookup);

/** Looks rows up one after the other, as the active snapshot sees the tables. */
class JoinedRow {
public:
    /** `prepared` is used by nobody else until end(). */
    explicit JoinedRow(PreparedLookup *prepared);
    /** Many rows are looked up: what they share is looked up once. */
    void remember_partners() {
        remembers_ = true;
    }
    /** Column `i` of the joined row, of the leaf that is given. */
    void give(int i, Datum value, bool null) {
        prepared_->row->tts_values[i] = value;
        prepared_->row->tts_isnull[i] = null;
    }
    /** Rows of the source may be where they were captured; nullptr: nothing is known. */
    void try_places(const RowPlaces *places) {
        places_ = places;
    }
    /** Is there a row? `key`: the values of K; nullptr: no step refers to them. */
    bool find(const Datum *key);
    /** The same; `first` is the row for which the first step looks by K alone. */
    bool find(const Datum *key, TupleTableSlot *first);
    /** Output column `i` of the row found; valid until the next find(). */
    Datum output(int i, bool *null);
    [[nodiscard]] Datum column(int i, bool *null) const {
        *null = prepared_->row->tts_isnull[i];
        return prepared_->row->tts_values[i];
    }
    void end();

private:
    /** A leaf's open scan. */
    struct LeafScan {
        Relation table; // nullptr: not opened yet
        Relation index; // nullptr: not opened yet
        IndexScanDesc scan;
        TupleTableSlot *slot;
        ScanKey keys;
        RememberedRows *remembered; // nullptr: each row is looked up
    };

    bool run(const PreparedStep *steps, int count);
    bool run_part(const PreparedStep *step);
    bool each_row(const PreparedStep *steps, int count);
    bool one_row(const PreparedStep *step, LeafScan *scan, const Datum *values);
    bool take_one_row(const PreparedStep *step, LeafScan *scan, const Datum *values);
    bool evaluate_keys(const PreparedStep *step, Datum *values);
    void seek(const PreparedStep *step, LeafScan *scan, const Datum *values);
    void open_table(const PreparedStep *step, LeafScan *scan);
    void open_index(const PreparedStep *step, LeafScan *scan);
    bool find_at_place(const PreparedStep *step, LeafScan *scan);
    bool holds_key(const PreparedStep *step, TupleTableSlot *row) const;
    void take_row(int leaf, TupleTableSlot *slot);
    void make_null(const Bitmapset *leaves);
    bool hold(const PreparedStep *step);

    PreparedLookup *prepared_;
    LeafScan *scans_; // [leaf_count]
    const Datum *key_ = nullptr;
    const RowPlaces *places_ = nullptr;
    bool remembers_ = false;
};

} // namespace pgtv::maintenance
