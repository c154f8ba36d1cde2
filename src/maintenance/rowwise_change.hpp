// What happened to the only source that changed, if that may save recomputing. Lifetime: the flush of one TVIEW.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

class ChangedElements; // changed_elements.hpp

struct RowwiseChange {
    const plan::SourceRule *source = nullptr;  // nullptr: something that is to be recomputed
    bool deletions = false;                    // else updates of columns that can be copied, or rows that came
    bool updates = false;                      // no row came
    bool additions = false;                    // nothing but rows that came
    const ChangedElements *elements = nullptr; // not nullptr: only these elements of arrays have changed
};

/** `changes`: list of capture::SourceChanges *, pending for the TVIEW of `rule`. */
RowwiseChange rowwise_change(const plan::Rule *rule, List *changes);

} // namespace pgtv::maintenance
