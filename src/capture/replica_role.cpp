// Whether changes made in replica role are carried into TVIEWs, and a warning when they are not. Lifetime: backend.

#include "pg/postgres.hpp"
#include "capture/replica_role.hpp"

#include "pg_tviews/settings.hpp"

namespace pgtv::capture {

bool left_to_replication() {
    return SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA && !settings::maintain_on_replica;
}

bool is_replication_worker() {
    return SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA && MyBackendType == B_BG_WORKER;
}

void report_left_to_replication(Relation source) {
    static TimestampTz reported = 0; // start of the transaction in which it was said
    const TimestampTz transaction = GetCurrentTransactionStartTimestamp();
    if (transaction == reported || (reported != 0 && is_replication_worker()))
        return;
    reported = transaction;
    ereport(WARNING, (errmsg("changes of \"%s\" do not reach the tviews that read it", RelationGetRelationName(source)),
                      errdetail("session_replication_role is replica and pg_tviews.maintain_on_replica is off."),
                      errhint("Replicate the TVIEWs as well, or call tview_refresh().")));
}

} // namespace pgtv::capture
