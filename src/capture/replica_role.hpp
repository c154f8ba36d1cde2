// What session_replication_role = replica means here. Lifetime: backend.
//
// Our triggers fire in that role too. It is used by the workers of logical replication, and by tools that load data
// without triggers; in both cases TVIEWs have to follow, unless pg_tviews.maintain_on_replica is off: then whoever
// replicates brings the rows of the TVIEWs as well.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::capture {

/** In replica role, and not to be maintained there? */
bool left_to_replication();

/** Does this process replicate: the worker of a subscription, or of another replication system? */
bool is_replication_worker();

/** Warns that a change of `source` is not carried into TVIEWs: once in a transaction, once in a replication worker. */
void report_left_to_replication(Relation source);

} // namespace pgtv::capture
