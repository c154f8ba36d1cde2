// Updates that change nothing of a source's rows but columns which the query hands on: the TVIEW's rows get them from
// the source's row, nothing is recomputed. Lifetime: the recomputation of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/apply_bracket.hpp"
#include "maintenance/key_chunks.hpp"
#include "maintenance/key_index.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

class CopiedUpdate {
public:
    /** What copy() left to be recomputed; without `maybe_stored` the TVIEW has no row of these keys. */
    struct Rest {
        KeyChunk keys;
        bool maybe_stored;
    };

    /** `source` may be nullptr: then nothing is possible. Called as the owner. */
    CopiedUpdate(const plan::Rule *rule, const plan::SourceRule *source, const ApplyScope &scope, RowWriter *writer);
    /** Is every row of the source found by the key alone, and may the owner read it? */
    [[nodiscard]] bool possible() const {
        return from_ != nullptr;
    }
    Rest copy(const KeyChunk &chunk);
    void end();

private:
    bool copy_key(const KeyChunk &chunk, int i);
    void write(TupleTableSlot *stored, TupleTableSlot *row);

    const plan::SourceRule *source_;
    const RowShape *shape_;
    RowWriter *writer_;
    Relation table_; // the source; nullptr: nothing is possible
    KeyScan *from_;  // the source's rows
    KeyScan *to_;    // the TVIEW's
};

} // namespace pgtv::maintenance
