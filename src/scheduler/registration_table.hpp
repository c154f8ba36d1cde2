// The tables tview.registration and tview.run, as statements. Written as the extension, whoever the user is.
// Lifetime of what is returned: the caller's memory.
#pragma once

#include "pg/postgres.hpp"
#include "scheduler/refresh_mode.hpp"

namespace pgtv::scheduler {

/** What a registration says. NULL, -1 or nullptr: keep, or the default for a new one. */
struct Registration {
    Oid relation = InvalidOid;
    const char *mode = nullptr;
    const char *schedule = nullptr;
    const char *timezone = nullptr;
    int enabled = -1; // 0, 1, -1
    const char *overlap = nullptr;
    const char *missed_runs = nullptr;
    const Interval *jitter = nullptr;
    const Interval *max_runtime = nullptr;
    int max_attempts = -1;
};

/** How a refresh went that was successful. */
struct Success {
    const char *mode; // mode used
    TimestampTz started_at;
    TimestampTz finished_at;
};

/** Adds a registration; false if there is one already. */
bool insert_registration(const Registration &row);

/** Changes what is given; false if the relation is not registered. */
bool update_registration(const Registration &row);

/** Takes runs by schedule that wait for their random delay out of the queue: schedule or delay are others now. */
void cancel_planned(Oid relation);

/** Takes the schedule away and cancels queued runs that came from it; false if there was none. */
bool remove_schedule(Oid relation);

/** The same for a TVIEW: removes the rules that went with its schedule and cancels its queued runs. */
void remove_tview_rules(Oid tview);

/** Removes the registration and cancels its queued runs; false if there was none. */
bool delete_registration(Oid relation);

/** The mode of its registration; NULL if it is not registered. */
const char *registered_mode(Oid relation);

/** The row of tview.registration as a composite Datum; it must be there. */
Datum registration_row(Oid relation);

/** Stores the outcome in the registration, if there is one, and nowhere else. */
void record_success(Oid relation, const Success &success);

/** Adds a finished run of trigger "manual" to tview.run. */
void insert_manual_run(Oid relation, const Success &success);

/** Removes what belonged to a dropped relation; finished runs stay, under the name `name`. */
void relation_dropped(Oid relation, const char *name);

} // namespace pgtv::scheduler
