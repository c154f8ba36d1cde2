// Changes of a source whose rows are nothing but elements of arrays in the stored rows: the changed elements are put there,
// replaced or taken away. Lifetime: the recomputation of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/apply_bracket.hpp"
#include "maintenance/changed_elements.hpp"
#include "maintenance/key_chunks.hpp"
#include "maintenance/key_index.hpp"
#include "maintenance/rowwise_change.hpp"
#include "plan/array_parts.hpp"

namespace pgtv::maintenance {

class ArrayUpdate {
public:
    /** Called as the owner. Nothing is possible unless `change` has elements. */
    ArrayUpdate(const plan::Rule *rule, const RowwiseChange &change, const ApplyScope &scope, RowWriter *writer);
    /** May the owner read the source, and are its rows and the stored ones found by an index? */
    [[nodiscard]] bool possible() const {
        return stored_ != nullptr;
    }
    /** Brings the rows of these keys up to date; returns the keys which are left to be recomputed. */
    KeyChunk update(const KeyChunk &chunk);
    void end();

private:
    void open(const plan::Rule *rule);
    bool update_key(const KeyChunk &chunk, int i);
    bool update_row(const ChangedElement *elements, int count);
    bool update_part(int part, const ChangedElement &element, bool there);
    bool find_row(const ChangedElement &element);
    bool holds(ExprState *condition);
    void write();

    const plan::SourceRule *source_;
    const RowShape *shape_;
    RowWriter *writer_;
    const ChangedElements *elements_;
    MemoryContext documents_; // those of the row that is put together
    KeyScan *stored_;         // nullptr: nothing is possible
    Relation table_;
    Relation index_;
    IndexScanDesc scan_;
    TupleTableSlot *row_; // of the source
    ExprContext *context_;
    ExprState *conditions_; // all of them; nullptr: none
    int key_count_;
    int16 *lengths_; // [key_count_] of the types of K
    bool *by_value_;
    int part_count_;
    ExprState **filters_; // [part_count_]
    ExprState **values_;  // [part_count_]
    Datum *given_;        // [natts] room for a row
    bool *given_nulls_;
};

} // namespace pgtv::maintenance
