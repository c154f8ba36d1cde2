// Updates of columns that can be copied, of a source which does not hold K or is the nullable side of an outer join: the
// stored rows of the affected keys get them from their own row of the source. Lifetime: the recomputation of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/apply_bracket.hpp"
#include "maintenance/copied_values.hpp"
#include "maintenance/key_chunks.hpp"
#include "maintenance/key_index.hpp"
#include "maintenance/rowwise_change.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** Keeps the row that was found last. */
class PathScan;

class PartnerUpdate {
public:
    /** Called as the owner. Nothing is possible unless `change` is of a source with a partner path. */
    PartnerUpdate(const plan::Rule *rule, const RowwiseChange &change, const ApplyScope &scope, RowWriter *writer);
    /** May the owner read all rows on the way, and are the stored rows found by an index? */
    [[nodiscard]] bool possible() const {
        return stored_ != nullptr;
    }
    /** Brings all rows of these keys up to date. */
    void copy(const KeyChunk &chunk);
    void end();

private:
    bool find_partner(TupleTableSlot *row);

    const plan::PartnerPath *path_;
    PathScan *steps_; // [path_->count], open if possible()
    KeyScan *stored_;
    CopiedValues *values_;
};

} // namespace pgtv::maintenance
