// The triggers that keep direct writes away from a TVIEW. Lifetime: a call.
//
// The write guard fires for each statement and refuses it; maintenance writes below the level at which statement
// triggers fire. The replica guard, a row trigger for replica role only, is for rows of the TVIEW that come from its like
// on another server: it leaves them out, since the sources' rows come too and bring the TVIEW up to date. A superuser
// who has chosen replica role by hand may write, with a warning.

#include "pg/postgres.hpp"
#include "maintenance/write_guard.hpp"

#include "capture/replica_role.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_write_guard);
PG_FUNCTION_INFO_V1(tview_replica_guard);
#pragma GCC visibility pop
}

namespace pgtv::maintenance {
namespace {

const TriggerData *get_trigger_data(FunctionCallInfo fcinfo, const char *function) {
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" must be called as a trigger", function)));
    return reinterpret_cast<const TriggerData *>(fcinfo->context);
}

/** A table restored alone, without its catalog row, is an ordinary table. */
bool is_tview(Relation relation) {
    return catalog::find_tview(RelationGetRelid(relation)) != nullptr;
}

bool in_replica_role() {
    return SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA;
}

/** Once in a transaction. */
void report_direct_write(Relation tview) {
    static TimestampTz reported = 0; // start of the transaction in which it was said
    if (reported == GetCurrentTransactionStartTimestamp())
        return;
    reported = GetCurrentTransactionStartTimestamp();
    ereport(WARNING, (errmsg("direct write to tview \"%s\"", RelationGetRelationName(tview)),
                      errdetail("session_replication_role is replica: the write is not refused."),
                      errhint("tview_verify(…, repair => true) makes the TVIEW equal to its query again.")));
}

/** A replicated TRUNCATE cannot be left out. */
void filter_statement(const TriggerData *data) {
    if (capture::left_to_replication() || !is_tview(data->tg_relation))
        return;
    if (!in_replica_role() || (capture::is_replication_worker() && TRIGGER_FIRED_BY_TRUNCATE(data->tg_event)))
        raise(DirectWrite{RelationGetRelationName(data->tg_relation)});
    if (!capture::is_replication_worker())
        report_direct_write(data->tg_relation);
}

/** The row to go on with; none: the row is left out. */
HeapTuple filter_row(const TriggerData *data) {
    if (capture::is_replication_worker() && !capture::left_to_replication() && is_tview(data->tg_relation))
        return nullptr;
    return TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple;
}

} // namespace

void leave_out_replica_guard(TriggerDesc *triggers) {
    if (triggers == nullptr)
        return;
    int16 events = 0; // of the other triggers before rows
    for (int i = 0; i < triggers->numtriggers; i++) {
        Trigger *trigger = &triggers->triggers[i];
        if (strcmp(trigger->tgname, replica_guard_name) == 0)
            trigger->tgenabled = TRIGGER_DISABLED;
        else if (TRIGGER_FOR_ROW(trigger->tgtype) && TRIGGER_FOR_BEFORE(trigger->tgtype))
            events |= trigger->tgtype;
    }
    triggers->trig_insert_before_row = TRIGGER_FOR_INSERT(events);
    triggers->trig_update_before_row = TRIGGER_FOR_UPDATE(events);
    triggers->trig_delete_before_row = TRIGGER_FOR_DELETE(events);
}

bool leave_out_capture_trigger(TriggerDesc *triggers) {
    Trigger *found = nullptr;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; i++) {
        Trigger *trigger = &triggers->triggers[i];
        if (!TRIGGER_FOR_ROW(trigger->tgtype) || trigger->tgenabled == TRIGGER_DISABLED)
            continue;
        if (strcmp(trigger->tgname, capture::row_trigger_name) != 0 || trigger->tgenabled != TRIGGER_FIRES_ALWAYS)
            return false;
        found = trigger;
    }
    if (found == nullptr)
        return false;
    found->tgenabled = TRIGGER_DISABLED;
    triggers->trig_insert_after_row = false;
    triggers->trig_update_after_row = false;
    triggers->trig_delete_after_row = false;
    return true;
}

} // namespace pgtv::maintenance

Datum tview_write_guard(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        pgtv::maintenance::filter_statement(pgtv::maintenance::get_trigger_data(fcinfo, "write_guard"));
        return PointerGetDatum(nullptr);
    });
}

Datum tview_replica_guard(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        const TriggerData *data = pgtv::maintenance::get_trigger_data(fcinfo, "replica_guard");
        return PointerGetDatum(pgtv::maintenance::filter_row(data));
    });
}
