// Which aggregates a grouping query needs besides its output so that its groups follow from the changed rows alone. They
// are kept in a companion table, and the TVIEW is computed from that. Lifetime: the current memory context.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

struct Companion {
    Query *query;       // of the companion: the groups, also those that HAVING hides, with their aggregates
    const char *reason; // what the output does not tell
    List *groups;       // of Expr *: output columns without aggregates; the companion's first columns
    List *calls;        // of Aggref *: the columns behind them
};

/**
 * The companion that `query` (analyzed, not rewritten) needs, nullptr: its output suffices, or nothing would help. Runs as
 * the TVIEW's owner with pinned settings.
 */
Companion *find_companion(const Query *query);

/** `query` computed from the rows of `table`, which holds the rows of companion->query. */
Query *query_over_companion(const Query *query, const Companion *companion, Oid table);

} // namespace pgtv::plan
