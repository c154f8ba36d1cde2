// What creating, replacing and altering a TVIEW have in common. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"
#include "ddl/tview_options.hpp"
#include "pg_tviews/ddl.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::ddl {

/** Refuses what no CREATE TVIEW may be: read-only transaction, standby, extension missing, … */
void check_can_create(const CreateRequest &request);

/** The query itself: a SELECT that may be maintained as `refresh` says, by `owner`. */
void check_definition(const Query *query, catalog::RefreshMode refresh, Oid owner);

/** May `owner` read the sources and have triggers on them? A superuser may act on somebody else's TVIEW. */
void check_owner_privileges(Oid owner, List *sources);

/** Locks sources (of analysis::Source *) and their children against writes, in OID order. */
void lock_sources(List *sources);

/**
 * From the stored view to a TVIEW whose sources are known: walks the sources, locks and checks them as the owner,
 * records them and captures their changes.
 */
void connect_sources(const catalog::TView &row);

/**
 * All that the table at `row.relid` and its view still lack once its sources are connected: rows, indexes, guards.
 * Returns its rule.
 */
const plan::Rule *furnish_tview(const catalog::TView &row);

/** What `row` reads: the sources of its query, and its companion. List of analysis::Source *. */
List *find_sources(const catalog::TView &row);

/** One NOTICE per thing the user should know about how `rule` is maintained. */
void report_rule(const plan::Rule *rule);

/** Replaces an existing TVIEW; `existing` is locked exclusively. */
void replace_tview(Oid existing, const CreateRequest &request, const TViewOptions &options);

} // namespace pgtv::ddl
