// Registrations as the functions of this stage make and change them: values checked first. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "scheduler/registration_table.hpp"

namespace pgtv::scheduler {

/** Raises 22023 unless every value given is valid. */
void check_values(const Registration &row);

/** overlap, missed_runs, jitter, max_runtime and max_attempts from the arguments `first` and following. */
void read_policy(FunctionCallInfo fcinfo, int first, Registration *row);

/** Registers with pg_tviews.default_mode and pg_tviews.timezone for what is not given; false if it is registered. */
bool add_registration(Registration row);

/** Changes what is given; raises 42704 if the relation is not registered. */
void change_registration(Registration row);

/**
 * The same for a TVIEW with refresh = scheduled, 55000 for any other: schedule and time zone are options of the TVIEW, the
 * rules are in the registry.
 */
void alter_scheduled_tview(const Registration &row);

/** Lets the scheduler look at a schedule at commit; warns if there is no scheduler because nothing was preloaded. */
void announce_schedule();

} // namespace pgtv::scheduler
