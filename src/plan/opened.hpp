// A query "opened" for derivation: instead of its result, a superset of the rows that may be affected by a change (or,
// for a partner, of the rows it has now or had at the previous flush), with what is known of each output column.
#pragma once

#include "pg/postgres.hpp"
#include "plan/level.hpp"

namespace pgtv::plan {

enum class OpenedKind { level, cast, together };

struct Opened {
    OpenedKind kind;
    int column_count;
    Known *known;      // [column_count], by position in the target list
    bool can_be_exact; // can be materialized with exactly the rows of the original
    Relids refers_to;  // leaves of the level around it to which it refers laterally
    bool refers_outside;

    // kind level
    const Level *level;
    const Variant *variant;
    // kind cast (a branch of a set operation) and together (UNION ALL of the members)
    List *members;        // of Opened *
    List *set_operations; // of SetOperationStmt *: those around the branch, innermost first; of `together` the topmost
};

/** Result of opening on a path: `failed` means that nothing can be derived that way. */
struct Opening {
    bool failed;
    List *variants; // of Opened *; none: the change cannot matter
};

/** Opens `query` along `path` (list of Step *, NIL = as a partner, then at most one variant). */
Opening open_query(Query *query, List *path, const Scope *around);

/**
 * Builds the query. Output columns outside `needed` (attribute numbers) are NULL. `exact`: with exactly the rows of
 * the original; allowed only if can_be_exact.
 */
Query *materialize(const Opened *opened, Bitmapset *needed, bool exact);

/** Names of the relations that stand for changed rows, see plan.hpp. */
char *delta_name(Oid source);

/** Stands for the changed rows of the source behind `original`; a CTE of that name is what the deparser can print. */
RangeTblEntry *delta_entry(const RangeTblEntry *original);

} // namespace pgtv::plan
