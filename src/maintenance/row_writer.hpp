// Writes differences into the TVIEW table through the executor's own table and index routines, so that constraints,
// indexes and row triggers see them. Lifetime: the recomputation of one TVIEW.
//
// Order: removals and changes at once, changes of unique columns and additions kept until write_rest(), so that no
// unique index sees two rows of which one is about to go.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/row_batch.hpp"
#include "maintenance/row_diff.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::maintenance {

class RowWriter final : public DiffSink {
public:
    /** `table` is open in RowExclusiveLock or stronger until close(). Costs nothing before the first difference. */
    RowWriter(Relation table, const RowShape *shape);
    void remove(const DiffRow &stored) override;
    void change(const DiffRow &stored, const DiffRow &computed) override;
    /** The same for a stored row that is in a slot. */
    void change(const TupleTableSlot *stored, Datum *values, bool *nulls);
    void add(const DiffRow &computed) override;
    /** Adds a row at once, or nearly, if no trigger could see that: for flushes that only add. */
    void add_now(const Datum *values, const bool *nulls);
    void write_rest();
    /** Does beforehand what the first difference takes. */
    void open();
    /** For AfterTriggerEndQuery: nullptr if nothing was written. */
    [[nodiscard]] EState *executor_state() const {
        return estate_;
    }
    [[nodiscard]] RowCounts counts() const {
        return counts_;
    }
    void close();

private:
    void refuse_unseen(const ItemPointerData &tid);
    void open_target();
    void find_unique_columns();
    void move(const DiffRow &stored, const DiffRow &computed);
    DiffRow *copy_row(const ItemPointerData &tid, const DiffRow &computed);
    [[nodiscard]] Tuplesortstate *begin_sort() const;
    void write_additions();
    void insert(TupleTableSlot *slot);
    [[nodiscard]] bool may_batch() const;
    void insert_row(const Datum *values, const bool *nulls);
    void write_batch();
    void remove_row(const ItemPointerData &tid);
    void update_row(const ItemPointerData &tid, const DiffRow &computed, const DiffRow *stored);
    void fetch_old(const ItemPointerData &tid);
    void capture_update(const DiffRow *stored);
    void capture_row(TupleTableSlot *before, TupleTableSlot *after);

    Relation table_;
    const RowShape *shape_;
    MemoryContext memory_;
    EState *estate_;
    ResultRelInfo *target_;
    bool indexes_open_ = false;
    bool captures_ = false;         // what is written is a change for TVIEWs that read this one
    TupleTableSlot *old_ = nullptr; // captures_: the row before, as it is in the table
    EPQState recheck_;
    TupleTableSlot *place_; // carries the tid of the row to replace or remove
    TupleTableSlot *row_;
    TupleTableSlot *seen_;      // nullptr: the transaction's snapshot sees all that is written
    Bitmapset *unique_columns_; // positions of columns on which uniqueness or exclusion depends
    DiffRow *moved_;            // the only change of unique columns so far: tid of the stored row, new values
    bool several_moved_;
    Tuplestorestate *additions_;
    RowBatch *batch_; // nullptr: none was needed yet
    RowCounts counts_;
};

} // namespace pgtv::maintenance
