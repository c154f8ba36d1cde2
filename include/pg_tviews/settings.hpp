// The settings pg_tviews.*: level 0. Lifetime: server. Values are read directly by every stage.
#pragma once

namespace pgtv::settings {

extern int max_dependency_depth;      // levels of views, 54001 beyond
extern int max_cascade_depth;         // levels of TVIEWs on TVIEWs, 54001 beyond
extern double full_refresh_threshold; // share of the TVIEW's rows above which keyed becomes full, 0..1
extern int change_set_limit;          // rows of one change set above which the source counts as wholly changed
extern int lock_escalation_threshold; // values of a TVIEW locked in a transaction before all of it is locked
extern bool maintain_on_replica;      // follow changes made with session_replication_role = replica
extern bool create_tview_syntax;      // literal CREATE TVIEW
extern bool scheduler;                // runs what is scheduled
extern int max_workers;               // runs at work at the same time, in the whole server
extern int max_runtime;               // of a run, milliseconds; 0 = no limit
extern int retry_initial;             // milliseconds before the second attempt of a run
extern int retry_max;                 // milliseconds, the longest pause
extern int max_attempts;              // of a run that fails for a passing reason

enum class DefaultMode : int { standard, concurrent, automatic };
extern int default_mode;      // a DefaultMode: how materialized views are refreshed that were registered without a mode
extern int lock_timeout;      // ms a refresh of a materialized view waits for the relation's lock; 0 = without limit
extern char *timezone;        // of schedules given without one
extern int run_retention;     // s for which tview.runs keeps finished runs
extern int runs_per_relation; // finished runs tview.runs keeps of each relation

/** Defines the settings; called once from _PG_init. */
void define();

} // namespace pgtv::settings
