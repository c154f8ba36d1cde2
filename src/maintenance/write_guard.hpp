// The triggers of TVIEW tables. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::maintenance {

constexpr const char *replica_guard_name = "tview_replica_guard";

/** Takes the replica guard out of a copy of a TVIEW's triggers, with which maintenance is to write. */
void leave_out_replica_guard(TriggerDesc *triggers);

/**
 * The same for the capture trigger, where that is the only row trigger and would fire: true if so. The caller captures the
 * rows it writes then, without queueing an event for each and fetching it from the table again.
 */
bool leave_out_capture_trigger(TriggerDesc *triggers);

} // namespace pgtv::maintenance
