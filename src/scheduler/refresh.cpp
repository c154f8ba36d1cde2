// Refreshing a materialized view or TVIEW now, in this transaction. Lifetime: a call.

#include "pg/postgres.hpp"
#include "scheduler/refresh.hpp"

#include "pg/identity.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "scheduler/checks.hpp"
#include "scheduler/matview_refresh.hpp"
#include "scheduler/refresh_lock.hpp"
#include "scheduler/registration_table.hpp"

namespace pgtv::scheduler {
namespace {

/** Writers of its sources may be waited for, and later ones wait behind us: not for long. */
maintenance::RowCounts refresh_patiently(Oid tview) {
    const int nest_level = NewGUCNestLevel();
    (void)set_config_option("lock_timeout", psprintf("%d", lock_patience()), PGC_USERSET, PGC_S_SESSION,
                            GUC_ACTION_SAVE, true, 0, false);
    const maintenance::RowCounts counts = maintenance::refresh(tview);
    AtEOXact_GUC(false, nest_level);
    return counts;
}

/** Readers are never blocked and only differences are written, whatever the mode. */
RefreshOutcome refresh_tview(Oid relation, RefreshAttempt *attempt) {
    check_may_refresh(relation, "tview_refresh()");
    claim_refresh(relation);
    const bool incremental = catalog::get_tview(relation)->refresh == catalog::RefreshMode::scheduled;
    *attempt = {true, GetCurrentTimestamp(), incremental ? "incremental" : "concurrent"};
    const maintenance::RowCounts counts = refresh_patiently(relation);
    return {"tview", attempt->mode, attempt->started_at, GetCurrentTimestamp(), true, counts};
}

/** The mode asked for, else the registered one, else the default. */
RefreshMode choose_mode(Oid view, const char *asked, bool may_register) {
    const char *registered = registered_mode(view);
    const char *mode = asked != nullptr ? asked : registered != nullptr ? registered : mode_name(default_mode());
    if (registered == nullptr && may_register && insert_registration({.relation = view, .mode = mode}))
        ereport(NOTICE, (errmsg("materialized view \"%s\" is registered now, in mode %s", get_rel_name(view), mode)));
    return parse_mode(mode);
}

RefreshOutcome refresh_view(Oid view, const char *mode, RefreshAttempt *attempt, bool may_register) {
    if (mode != nullptr)
        (void)parse_mode(mode);
    check_may_refresh(view, "tview_refresh()");
    claim_refresh(view);
    *attempt = {true, GetCurrentTimestamp(), nullptr};
    refresh_matview(view, choose_mode(view, mode, may_register), attempt);
    return {"matview", attempt->mode, attempt->started_at, GetCurrentTimestamp(), false, {}};
}

} // namespace

RefreshOutcome refresh(Oid relation, const char *mode, RefreshAttempt *attempt, bool may_register) {
    *attempt = {false, 0, nullptr};
    const bool is_tview = catalog::find_tview(relation) != nullptr;
    if (is_tview && mode != nullptr)
        (void)parse_mode(mode);
    if (!is_tview)
        require_matview(relation, "tview_refresh() takes materialized views and TVIEWs.");
    const RefreshOutcome outcome =
        is_tview ? refresh_tview(relation, attempt) : refresh_view(relation, mode, attempt, may_register);
    record_success(relation, {outcome.mode, outcome.started_at, outcome.finished_at});
    return outcome;
}

} // namespace pgtv::scheduler
