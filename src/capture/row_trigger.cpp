// The trigger functions of captured tables. The row trigger is the hot path: an UPDATE which changes no watched column
// costs a lookup and one comparison per watched column, no allocation. Lifetime: one trigger call.

#include "pg/postgres.hpp"
#include "capture/change_set.hpp"

#include "capture/replica_role.hpp"
#include "capture/statement_watch.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/capture.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_capture_row);
PG_FUNCTION_INFO_V1(tview_capture_statement);
PG_FUNCTION_INFO_V1(tview_capture_truncate);
#pragma GCC visibility pop
}

namespace pgtv::capture {
namespace {

TriggerData *get_trigger_data(FunctionCallInfo fcinfo, const char *function) {
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" was not called by trigger manager", function)));
    return reinterpret_cast<TriggerData *>(fcinfo->context);
}

/**
 * Are two values of a variable-length column the same, without fetching toasted ones? An unchanged toast pointer has
 * identical bytes; "different" may be wrong and is then merely slower.
 */
bool same_varlena(const WatchedColumn &column, Datum a, Datum b) {
    const auto *left = reinterpret_cast<const varlena *>(DatumGetPointer(a));
    const auto *right = reinterpret_cast<const varlena *>(DatumGetPointer(b));
    const Size size = VARSIZE_ANY(left);
    if (size == VARSIZE_ANY(right) && memcmp(left, right, size) == 0)
        return true;
    if (VARATT_IS_EXTERNAL(left) || VARATT_IS_EXTERNAL(right))
        return false;
    return datum_image_eq(a, b, column.by_value, column.length);
}

bool same_value(const WatchedColumn &column, TupleTableSlot *old_row, TupleTableSlot *new_row) {
    const int i = column.attnum - 1;
    if (old_row->tts_isnull[i] || new_row->tts_isnull[i])
        return old_row->tts_isnull[i] == new_row->tts_isnull[i];
    const Datum a = old_row->tts_values[i];
    const Datum b = new_row->tts_values[i];
    if (column.by_value)
        return a == b;
    return column.length == -1 ? same_varlena(column, a, b) : datum_image_eq(a, b, false, column.length);
}

/** Who watches a column that the UPDATE changed, and whether the images differ. */
void compare(const Route &route, RowChange *change) {
    change->consumers = 0;
    change->image_changed = false;
    for (int i = 0; i < route.watched_count; i++) {
        const WatchedColumn &column = route.watched[i];
        const bool matters =
            (column.consumers & ~change->consumers) != 0 || (column.in_image && !change->image_changed);
        if (!matters || same_value(column, change->old_row, change->new_row))
            continue;
        change->consumers |= column.consumers;
        change->image_changed = change->image_changed || column.in_image;
    }
}

void capture_for(Route *route, TupleTableSlot *old_row, TupleTableSlot *new_row) {
    RowChange change = {old_row, new_row, route->everybody, true};
    if (route->highest > 0 && old_row != nullptr)
        slot_getsomeattrs(old_row, route->highest);
    if (route->highest > 0 && new_row != nullptr)
        slot_getsomeattrs(new_row, route->highest);
    if (old_row != nullptr && new_row != nullptr)
        compare(*route, &change);
    if (change.consumers != 0)
        add_change(route, change);
}

void capture_event(const TriggerData *data) {
    const bool update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    const bool insert = TRIGGER_FIRED_BY_INSERT(data->tg_event);
    TupleTableSlot *old_row = insert ? nullptr : data->tg_trigslot;
    TupleTableSlot *new_row = update ? data->tg_newslot : (insert ? data->tg_trigslot : nullptr);
    capture_row(data->tg_relation, old_row, new_row);
}

} // namespace

void capture_row(Relation table, TupleTableSlot *old_row, TupleTableSlot *new_row) {
    const Descriptor *descriptor = get_descriptor(RelationGetRelid(table));
    if (left_to_replication()) {
        if (descriptor->route_count > 0)
            report_left_to_replication(table);
        return;
    }
    for (int i = 0; i < descriptor->route_count; i++)
        capture_for(&descriptor->routes[i], old_row, new_row);
}

} // namespace pgtv::capture

Datum tview_capture_row(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        const TriggerData *data = pgtv::capture::get_trigger_data(fcinfo, "tview_capture_row");
        if (!TRIGGER_FIRED_FOR_ROW(data->tg_event) || !TRIGGER_FIRED_AFTER(data->tg_event))
            ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                            errmsg("function \"tview_capture_row\" must be fired AFTER ROW")));
        pgtv::capture::capture_event(data);
        return PointerGetDatum(nullptr);
    });
}

Datum tview_capture_statement(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        (void)pgtv::capture::get_trigger_data(fcinfo, "tview_capture_statement");
        pgtv::capture::statement_trigger_fired();
        return PointerGetDatum(nullptr);
    });
}

Datum tview_capture_truncate(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        const TriggerData *data = pgtv::capture::get_trigger_data(fcinfo, "tview_capture_truncate");
        if (pgtv::capture::left_to_replication())
            pgtv::capture::report_left_to_replication(data->tg_relation);
        else
            pgtv::capture::mark_whole(RelationGetRelid(data->tg_relation));
        return PointerGetDatum(nullptr);
    });
}
