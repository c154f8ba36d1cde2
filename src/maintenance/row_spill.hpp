// Rows of a comparison that do not fit into memory, sorted by hash so that equal rows and rows of one identity come
// back side by side. Lifetime: one comparison; abort drops the temporary files.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/row_shape.hpp"

namespace pgtv::maintenance {

/** What is kept of a row beside its values. */
struct SpilledRow {
    uint32 group; // rows of one group are read one after another
    uint32 image; // hash of all columns
    bool stored;  // a row of the TVIEW (then `tid` is where), not of its query
    ItemPointerData tid;
};

class RowSpill {
public:
    explicit RowSpill(const RowShape *shape);
    void put(const SpilledRow &row, const Datum *values, const bool *nulls);
    /** No put() after this. */
    void sort();
    /** The next row in (group, image) order; values and nulls, by position, are valid until the next call. */
    bool next(SpilledRow *row, Datum *values, bool *nulls);
    void end();

private:
    const RowShape *shape_;
    TupleTableSlot *in_;
    TupleTableSlot *out_;
    Tuplesortstate *sort_;
};

} // namespace pgtv::maintenance
