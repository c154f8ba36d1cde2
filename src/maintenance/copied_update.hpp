// Changes of a source whose rows the TVIEW's rows stand and fall with, which need no recomputation: updates of nothing
// but columns that can be copied (the stored rows get them from the source's row), and deletions (the stored rows go).
// Lifetime: the recomputation of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/apply_bracket.hpp"
#include "maintenance/copied_values.hpp"
#include "maintenance/key_chunks.hpp"
#include "maintenance/key_index.hpp"
#include "maintenance/rowwise_change.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/**
 * Have so many rows of one source only come, or only gone, under keys that are unique in it, that it would matter for the
 * choice between keyed and full? Then a key costs no more than the row. `changes`: list of capture::SourceChanges *. Called as the owner.
 */
bool comes_or_goes_by_key(const plan::Rule *rule, List *changes);

class CopiedUpdate {
public:
    /** What copy() left to be recomputed; without `maybe_stored` the TVIEW has no row of these keys. */
    struct Rest {
        KeyChunk keys;
        bool maybe_stored;
    };

    /** Called as the owner. */
    CopiedUpdate(const plan::Rule *rule, const RowwiseChange &change, const ApplyScope &scope, RowWriter *writer);
    /** Are the source's rows found by the key alone, and may the owner read them? */
    [[nodiscard]] bool possible() const {
        return possible_;
    }
    /** Rows came, under keys that are unique in the source: the TVIEW has none of them yet. */
    [[nodiscard]] bool adds(const KeyChunk &chunk) const {
        return adds_ && chunk.null_columns == nullptr;
    }
    Rest copy(const KeyChunk &chunk);
    void end();

private:
    TupleTableSlot *only_row(const KeyChunk &chunk, int i);
    bool find_at_place(const KeyChunk &chunk, int i);
    bool copy_key(const KeyChunk &chunk, int i);
    void remove_key(const KeyChunk &chunk, int i);
    Rest remove_keys(const KeyChunk &chunk);
    Rest each_key(const KeyChunk &chunk);

    const RuleQueries *queries_;
    RowwiseChange change_;
    bool possible_ = false;
    bool adds_ = false; // then nothing is looked up
    RowWriter *writer_;
    CopiedValues *values_;
    Relation table_;                       // the source; nullptr: nothing is possible
    TupleTableSlot *first_;                // where the source may have several rows of a key; else nullptr
    TupleTableSlot *placed_ = nullptr;     // for a row whose place is known
    const KeyIndex *from_index_ = nullptr; // of the source
    KeyScan *from_;                        // the source's rows; nullptr: none was looked up yet
    KeyScan *to_;                          // the TVIEW's
};

} // namespace pgtv::maintenance
