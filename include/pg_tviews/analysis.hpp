// Analysis: which relations a query reads (the dependency walk) and whether it may be a TVIEW at all.
// Everything returned is palloc'ed in the current memory context.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::analysis {

/** One relation reached from a TVIEW's backing view. */
struct Source {
    Oid relid;
    char relkind;          // 'r', 'p', 'f', 'm'; a TVIEW is an 'r'
    int depth;             // 1 = named in the query itself, 2 = through one view, …
    List *path;            // of Oid: the views walked through, backing view first, source last
    Bitmapset *columns;    // attribute numbers read (offset by FirstLowInvalidHeapAttributeNumber; 0 = whole row)
    bool through_function; // reached through a SQL-standard function body
};

/**
 * Walks the dependencies of view `view` (pg_rewrite, pg_depend) down to tables, foreign tables and materialized
 * views; one Source per relation (columns united). `self` is the TVIEW being defined, InvalidOid if none:
 * reaching it raises 42P17, too deep raises 54001 (no limit without `self`).
 */
List *find_sources(Oid view, Oid self);

/** Refresh modes decide how strict the checks are: stale-by-clock functions are refused where we maintain. */
enum class Freshness { maintained /* immediate, deferred */, on_request /* scheduled, manual */ };

/**
 * Raises 0A000 / 42501 if `query` (analyzed, not rewritten) may not be a TVIEW: volatile or unstable functions,
 * FOR UPDATE, data-modifying CTE, system columns or catalogs, temporary or unlogged sources, foreign tables,
 * row-level security that would filter what `owner` reads. Checks views the query reads as well.
 */
void check_query(const Query *query, Freshness freshness, Oid owner);

/**
 * Do the contents of `query`, which may be a TVIEW on request, follow from its captured sources alone? No if it calls
 * what depends on the clock, the session or settings, or reads a foreign table.
 */
bool follows_sources(const Query *query, Oid owner);

/** The sources of a view must be readable and trigger-able by the current user; raises 42501 otherwise. */
void check_privileges(List *sources);

} // namespace pgtv::analysis
