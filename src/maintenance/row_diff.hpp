// Compares what the query says with what the TVIEW holds, as multisets of rows (by exact image, or by value if
// the shape says so), and reports only the differences. Lifetime: one chunk of keys, or the whole TVIEW; memory beyond work_mem goes to disk.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/row_shape.hpp"
#include "maintenance/row_spill.hpp"

namespace pgtv::maintenance {

enum class Side { computed /* by the query */, stored /* in the TVIEW */ };

/** A row in the comparison: its values by position, and for a stored one where it is. */
struct DiffRow {
    Datum *values;
    bool *nulls;
    ItemPointerData tid;
    uint32 image;    // hash of all columns
    uint32 identity; // hash of the identity columns
    int partner;     // index on the other side, or one of the states in row_diff.cpp
};

/** Receives the differences; rows are valid during the call. Removals and changes of a chunk come before additions. */
class DiffSink {
public:
    virtual void remove(const DiffRow &stored) = 0;
    virtual void change(const DiffRow &stored, const DiffRow &computed) = 0;
    virtual void add(const DiffRow &computed) = 0;

protected:
    ~DiffSink() = default;
};

/** Receives rows read from the TVIEW or computed by its query; they are valid during the call. */
class RowSink {
public:
    /** `values` by position; `tid`: of a stored row, else nullptr. */
    virtual void put(Side side, const ItemPointerData *tid, const Datum *values, const bool *nulls) = 0;
    [[nodiscard]] virtual const RowShape *shape() const = 0;

protected:
    ~RowSink() = default;
};

class RowDiff final : public RowSink {
public:
    /** Memory is taken from a child of the current memory context. */
    RowDiff(const RowShape *shape, DiffSink *sink);
    /** Copies the row; `values` by position. */
    void put(Side side, const ItemPointerData *tid, const Datum *values, const bool *nulls) override;
    /** Reports the differences of all rows put since the last finish(). */
    void finish();
    [[nodiscard]] const RowShape *shape() const override {
        return shape_;
    }

private:
    struct Rows {
        DiffRow *rows;
        int count;
        int capacity;
    };

    /** Rows by hash: chains of indexes, oldest row first. */
    struct Chains {
        int *heads; // nullptr: not made
        int *next;
        uint32 mask;
    };

    bool cancel_at_once(const Datum *values, const bool *nulls);
    bool cancel_one(Chains *chains, const DiffRow &computed);
    void hash(DiffRow *row) const;
    static Chains make_chains(int count);
    static void link(Chains *chains, uint32 hash, int index);
    void remember(Side side, const ItemPointerData *tid, const Datum *values, const bool *nulls);
    void hash_all();
    void spill();
    void spill_rows(Rows *rows, Side side);
    void drain_spill();
    void report();
    void report_one_to_one();
    void cancel_equal();
    void pair_identities();
    void emit();
    void clear();
    [[nodiscard]] bool equal_row(const DiffRow &one, const DiffRow &other) const;
    [[nodiscard]] bool equal_identity(const DiffRow &one, const DiffRow &other) const;
    [[nodiscard]] uint32 spill_group(const DiffRow &row) const;

    const RowShape *shape_;
    DiffSink *sink_;
    MemoryContext home_;   // where what lives longer than a report is kept
    MemoryContext memory_; // the rows; reset after each report
    Rows stored_;
    Rows computed_;
    Chains by_image_; // the stored rows, while computed ones come
    RowSpill *spill_;
};

} // namespace pgtv::maintenance
