// The WITH options of a TVIEW, as CREATE TVIEW, ALTER TVIEW and tview_create() take them. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/analysis.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::ddl {

struct TViewOptions {
    catalog::RefreshMode refresh; // immediate unless given
    bool refresh_given;
    List *key; // of char *
    bool key_given;
    const char *schedule; // of a scheduled TVIEW; nullptr: refreshed on request
    bool schedule_given;
    const char *timezone; // of the schedule; nullptr: pg_tviews.timezone
    bool timezone_given;
    List *storage; // of DefElem: passed through to the table
};

/** Sorts `options` (of DefElem) into ours and storage parameters; unknown or invalid ones raise 22023. */
TViewOptions parse_options(List *options);

/**
 * Makes the options that depend on each other agree: a schedule makes a TVIEW scheduled unless refresh is given, and
 * only a scheduled one has a schedule. Raises 22023 where they contradict each other.
 */
void settle_schedule(TViewOptions *options);

/** Is option "tview" among `options`? Its value, a boolean, goes to *value. */
bool find_tview_option(List *options, bool *value);

/** `options` without the option "tview". */
List *without_tview_option(List *options);

/** Is `name` an option of ours, not a storage parameter? */
bool is_tview_option(const char *name);

/** How strict the checks of a query must be under `refresh`. */
analysis::Freshness freshness_of(catalog::RefreshMode refresh);

} // namespace pgtv::ddl
