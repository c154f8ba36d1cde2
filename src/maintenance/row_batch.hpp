// New rows of a table, written many to a page at once. Lifetime: whatever the memory context lives in which it is made.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::maintenance {

class RowBatch {
public:
    /** Not for tables whose triggers see rows before they are inserted. */
    RowBatch(Relation table, int options);
    /** An empty slot for the next row, to be filled with values that need not outlive keep(). */
    TupleTableSlot *next_slot();
    /** Takes the row in that slot. True: the batch is full and to be written. */
    bool keep();
    /** Inserts the rows kept, in a context of its own; their slots are valid until the next call of next_slot(). */
    void write(CommandId command);
    [[nodiscard]] int count() const {
        return used_;
    }
    [[nodiscard]] TupleTableSlot *row(int i) const {
        return slots_[i];
    }
    /** Forgets the rows kept. */
    void clear();
    void end();

private:
    void make_slot();
    [[nodiscard]] bool full() const;

    Relation table_;
    int options_;
    TupleTableSlot **slots_ = nullptr; // [made_]
    int room_ = 0;
    int made_ = 0;
    int used_ = 0;
    Size bytes_ = 0;
    MemoryContext memory_;           // of the slots
    MemoryContext scratch_;          // of one write
    BulkInsertState bulk_ = nullptr; // of the first full batch, and from then on
};

} // namespace pgtv::maintenance
