// The event triggers: they see DDL also in sessions that had not loaded the library, and load it. Lifetime: a call.

#include "pg/postgres.hpp"

#include "ddl/alter_tview.hpp"
#include "ddl/companion.hpp"
#include "ddl/create_request.hpp"
#include "ddl/materialized_view.hpp"
#include "ddl/our_triggers.hpp"
#include "ddl/rule_change.hpp"
#include "ddl/source_changed.hpp"
#include "ddl/tview_relations.hpp"
#include "maintenance/statement_stack.hpp"
#include "pg/bridge.hpp"
#include "pg/set_function.hpp"
#include "pg_tviews/catalog.hpp"
#include "scheduler/registration_table.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_on_ddl_start);
PG_FUNCTION_INFO_V1(tview_on_ddl_end);
PG_FUNCTION_INFO_V1(tview_on_drop);
#pragma GCC visibility pop
}

namespace pgtv::ddl {
namespace {

Node *event_statement(FunctionCallInfo fcinfo) {
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function must be called as an event trigger")));
    return reinterpret_cast<EventTriggerData *>(fcinfo->context)->parsetree;
}

bool is_linked(const catalog::TView &row) {
    Relation relation = table_open(DependRelationId, AccessShareLock);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(RelationRelationId));
    ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(row.view));
    SysScanDesc scan = systable_beginscan(relation, DependDependerIndexId, true, nullptr, 2, keys);
    bool linked = false;
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple); tuple = systable_getnext(scan)) {
        const auto *form = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        linked = linked || (form->refobjid == row.relid && form->deptype == DEPENDENCY_INTERNAL);
    }
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    return linked;
}

/** After pg_upgrade or a restore without triggers, views do not belong to their tables yet. Once per session. */
void link_views() {
    static bool all_linked = false;
    if (all_linked)
        return;
    all_linked = true;
    ListCell *cell;
    foreach (cell, catalog::all_tviews()) {
        const catalog::TView *row = catalog::find_tview(lfirst_oid(cell));
        if (row != nullptr && !is_linked(*row) && SearchSysCacheExists1(RELOID, ObjectIdGetDatum(row->view)) &&
            SearchSysCacheExists1(RELOID, ObjectIdGetDatum(row->relid))) {
            link_relations(*row);
            all_linked = false; // the transaction may abort: look again next time
        }
    }
}

void on_ddl_start(Node *statement) {
    if (!catalog::extension_installed() || statement == nullptr)
        return;
    link_views();
    command_begins(statement);
    // What is put into the statement must live as long as it does, longer than this call.
    const MemoryContext caller = MemoryContextSwitchTo(GetMemoryChunkContext(statement));
    adapt_statement(statement);
    adapt_materialized_view(statement);
    MemoryContextSwitchTo(caller);
}

void on_ddl_end(Node *statement) {
    restore_client_messages();
    if (!catalog::extension_installed())
        return;
    mark_former_parents(statement);
    triggers_dropped(statement);
    pg::for_each_function_row(F_PG_EVENT_TRIGGER_DDL_COMMANDS, [statement](const pg::FunctionRow &row) {
        object_changed({.statement = statement, .class_id = row.oid(1), .object_id = row.oid(2)});
    });
    if (statement != nullptr)
        rules_changed(statement);
}

/** Only these are registered, scheduled or run: sparing others a look saves something where tables come and go. */
bool may_be_registered(const char *object_type) {
    return strcmp(object_type, "materialized view") == 0 || strcmp(object_type, "table") == 0;
}

void object_dropped(const pg::FunctionRow &row) {
    if (row.oid(1) != RelationRelationId || row.integer(3) != 0)
        return;
    relation_dropped(row.oid(2));
    if (may_be_registered(row.string(7)))
        scheduler::relation_dropped(row.oid(2), row.string(10));
}

void on_drop() {
    if (!catalog::extension_installed())
        return;
    // The statements run here must not flush at their end: the catalog still has TVIEWs that are dropped.
    const char command = 0;
    maintenance::begin_modifying(&command);
    pg::for_each_function_row(F_PG_EVENT_TRIGGER_DROPPED_OBJECTS, object_dropped);
    (void)maintenance::end_modifying(&command);
}

} // namespace
} // namespace pgtv::ddl

Datum tview_on_ddl_start(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        pgtv::ddl::on_ddl_start(pgtv::ddl::event_statement(fcinfo));
        return Datum(0);
    });
}

Datum tview_on_ddl_end(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        pgtv::ddl::on_ddl_end(pgtv::ddl::event_statement(fcinfo));
        return Datum(0);
    });
}

Datum tview_on_drop(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        (void)pgtv::ddl::event_statement(fcinfo);
        pgtv::ddl::on_drop();
        return Datum(0);
    });
}
