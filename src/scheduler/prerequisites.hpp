// What a concurrent refresh needs, and what comes close to it. Lifetime: the current memory context.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

struct Prerequisites {
    bool populated;
    Oid usable_index;  // valid, immediate, unique, not partial, on plain columns only; InvalidOid if there is none
    const char *index; // what is wrong with the index that comes closest, a sentence; NULL without one
    const char *cure;  // the command that creates a usable index; NULL when no columns suggest themselves

    [[nodiscard]] bool met() const {
        return populated && OidIsValid(usable_index);
    }
};

/** Examines an open materialized view, on which the caller holds a lock of any mode. */
Prerequisites examine(Relation view);

/** The HINT that goes with a missing index: the near miss and its cure. */
const char *index_hint(const Prerequisites &found);

/** Raises 55000 with the near miss unless `view` can be refreshed concurrently. */
void require_concurrent(Relation view, const Prerequisites &found);

/** Warns with the same DETAIL and HINT if the materialized view `relid` cannot be refreshed concurrently. */
void warn_unless_concurrent(Oid relid);

} // namespace pgtv::scheduler
