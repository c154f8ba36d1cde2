// Triggers and rules on TVIEWs and sources: ours must stay in force, others' must not run as the writer.
// Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/our_triggers.hpp"

#include "ddl/companion.hpp"
#include "ddl/dependents.hpp"
#include "ddl/tview_relations.hpp"
#include "maintenance/write_guard.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::ddl {
namespace {

bool is_our_function(Oid function) {
    const Oid extension = get_extension_oid("pg_tviews", true);
    return OidIsValid(extension) && getExtensionOfObject(ProcedureRelationId, function) == extension;
}

bool is_guard(const char *name) {
    return strcmp(name, write_guard_name) == 0 || strcmp(name, maintenance::replica_guard_name) == 0;
}

/** A trigger of this name is taken for ours, and another one in its place would leave TVIEWs stale. */
bool is_reserved(const char *name) {
    return is_guard(name) || strncmp(name, "!tview_capture_", 15) == 0 || strncmp(name, "~tview_capture_", 15) == 0;
}

/** The row of `catalog` with OID `object`, copied; nullptr if there is none. The first column is the OID. */
HeapTuple find_row(Oid catalog, Oid index, Oid object) {
    Relation relation = table_open(catalog, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
    SysScanDesc scan = systable_beginscan(relation, index, true, nullptr, 1, &key);
    HeapTuple tuple = systable_getnext(scan);
    if (HeapTupleIsValid(tuple))
        tuple = heap_copytuple(tuple);
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    return tuple;
}

bool touches_triggers(const Node *statement) {
    if (statement == nullptr || !IsA(statement, AlterTableStmt))
        return false;
    ListCell *cell;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(statement)->cmds) {
        const AlterTableType type = lfirst_node(AlterTableCmd, cell)->subtype;
        if (type >= AT_EnableTrig && type <= AT_DisableTrigUser)
            return true;
    }
    return false;
}

void report_disabled(Oid relid, bool guard) {
    if (guard)
        ereport(WARNING, (errmsg("tview \"%s\" is not guarded against direct writes any more", get_rel_name(relid)),
                          errhint("Enable its triggers again.")));
    else
        ereport(WARNING, (errmsg("changes of \"%s\" do not reach the tviews that read it", get_rel_name(relid)),
                          errdetail("Triggers of pg_tviews on it are disabled."),
                          errhint("When they are enabled again, the tviews are recomputed.")));
}

/** Which triggers of ours on a table are disabled. */
struct Disabled {
    bool guard;
    bool capture;
};

Disabled find_disabled(Oid relid) {
    Disabled disabled = {false, false};
    Relation relation = relation_open(relid, AccessShareLock);
    for (int i = 0; relation->trigdesc != nullptr && i < relation->trigdesc->numtriggers; i++) {
        const Trigger &trigger = relation->trigdesc->triggers[i];
        if (trigger.tgenabled != TRIGGER_DISABLED || !is_our_function(trigger.tgfoid))
            continue;
        if (is_guard(trigger.tgname))
            disabled.guard = true;
        else
            disabled.capture = true;
    }
    relation_close(relation, AccessShareLock);
    return disabled;
}

int count_ours(Oid relid) {
    Relation relation = relation_open(relid, AccessShareLock);
    int ours = 0;
    for (int i = 0; relation->trigdesc != nullptr && i < relation->trigdesc->numtriggers; i++)
        ours += is_our_function(relation->trigdesc->triggers[i].tgfoid) ? 1 : 0;
    relation_close(relation, AccessShareLock);
    return ours;
}

/** Creates those of our triggers again that `relid` needs and lacks. */
void put_back(Oid relid) {
    const int before = count_ours(relid);
    const bool guarded = OidIsValid(get_trigger_oid(relid, write_guard_name, true)) &&
                         OidIsValid(get_trigger_oid(relid, maintenance::replica_guard_name, true));
    if (!guarded && catalog::find_tview(relid) != nullptr)
        guard_table(relid);
    ListCell *cell;
    foreach (cell, with_ancestors(relid))
        if (catalog::tviews_reading(lfirst_oid(cell)) != NIL)
            capture::install_triggers(lfirst_oid(cell));
    if (count_ours(relid) > before)
        ereport(WARNING, (errmsg("triggers of pg_tviews on \"%s\" have been created again", get_rel_name(relid)),
                          errdetail("Without them TVIEWs would go stale."),
                          errhint("Drop the TVIEWs to get rid of their triggers.")));
}

char proper_firing(const char *name) {
    return strcmp(name, maintenance::replica_guard_name) == 0 ? TRIGGER_FIRES_ON_REPLICA : TRIGGER_FIRES_ALWAYS;
}

/**
 * ENABLE TRIGGER ALL, which a restore with --disable-triggers ends with, has them fire in no replica role; ENABLE
 * REPLICA TRIGGER in no other.
 */
void restore_firing(Oid relid) {
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    Relation triggers = table_open(TriggerRelationId, RowExclusiveLock);
    SysScanDesc scan = systable_beginscan(triggers, TriggerRelidNameIndexId, true, nullptr, 1, &key);
    bool changed = false;
    for (HeapTuple found = systable_getnext(scan); HeapTupleIsValid(found); found = systable_getnext(scan)) {
        const auto *form = reinterpret_cast<Form_pg_trigger>(GETSTRUCT(found));
        const char proper = proper_firing(NameStr(form->tgname));
        if (form->tgenabled == TRIGGER_DISABLED || form->tgenabled == proper || !is_our_function(form->tgfoid))
            continue;
        HeapTuple corrected = heap_copytuple(found);
        reinterpret_cast<Form_pg_trigger>(GETSTRUCT(corrected))->tgenabled = proper;
        CatalogTupleUpdate(triggers, &corrected->t_self, corrected);
        changed = true;
    }
    systable_endscan(scan);
    table_close(triggers, RowExclusiveLock);
    if (changed)
        CacheInvalidateRelcacheByRelid(relid);
}

void restore_firing_of_tree(Oid relid) {
    ListCell *cell;
    foreach (cell, find_all_inheritors(relid, NoLock, nullptr))
        restore_firing(lfirst_oid(cell));
    CommandCounterIncrement();
}

/** The table whose triggers the command that is running may enable again, and which were disabled. Set at its start. */
Oid table_before = InvalidOid;
Disabled disabled_before = {false, false};

} // namespace

void trigger_changed(Oid trigger, const Node *statement) {
    HeapTuple tuple = find_row(TriggerRelationId, TriggerOidIndexId, trigger);
    if (!HeapTupleIsValid(tuple))
        return;
    const auto *form = reinterpret_cast<Form_pg_trigger>(GETSTRUCT(tuple));
    if (statement != nullptr && IsA(statement, RenameStmt) && is_our_function(form->tgfoid))
        raise(Unsupported{psprintf("cannot rename a trigger of pg_tviews on \"%s\"", get_rel_name(form->tgrelid)),
                          "It is found by its name.", nullptr});
    if (is_reserved(NameStr(form->tgname)) && !is_our_function(form->tgfoid))
        raise(Unsupported{psprintf("trigger name \"%s\" is reserved for pg_tviews", NameStr(form->tgname)),
                          "Under this name the triggers that keep TVIEWs up to date are found.",
                          "Choose another name."});
    const catalog::TView *row = catalog::find_tview(form->tgrelid);
    if (row == nullptr || form->tgisinternal)
        return;
    if (is_our_function(form->tgfoid)) {
        // A dump carries table, view and trigger, but not that the view belongs to the table.
        if (strcmp(NameStr(form->tgname), write_guard_name) == 0)
            link_relations(*row);
        return;
    }
    if (!superuser())
        raise(NoPrivilege{psprintf("must be superuser to create a trigger on tview \"%s\"", get_rel_name(row->relid)),
                          "It would run with the rights of whoever writes to the sources.",
                          "Create the trigger on the source tables."});
}

void triggers_dropped(const Node *statement) {
    if (statement == nullptr || !IsA(statement, DropStmt))
        return;
    const auto *drop = reinterpret_cast<const DropStmt *>(statement);
    ListCell *cell;
    foreach (cell, drop->removeType == OBJECT_TRIGGER ? drop->objects : NIL) {
        List *name = list_copy(castNode(List, lfirst(cell)));
        const Oid relid = RangeVarGetRelid(makeRangeVarFromNameList(list_delete_last(name)), NoLock, true);
        if (OidIsValid(relid))
            put_back(relid);
    }
}

void rule_created(Oid rule) {
    HeapTuple tuple = find_row(RewriteRelationId, RewriteOidIndexId, rule);
    if (!HeapTupleIsValid(tuple))
        return;
    const auto *form = reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(tuple));
    if (catalog::find_tview(form->ev_class) != nullptr)
        raise(Unsupported{psprintf("cannot create a rule on tview \"%s\"", get_rel_name(form->ev_class)),
                          "Only pg_tviews writes to a TVIEW, and rules would not be applied.", nullptr});
}

void note_disabled_triggers(const Node *statement) {
    table_before = InvalidOid;
    if (!touches_triggers(statement))
        return;
    table_before = RangeVarGetRelid(reinterpret_cast<const AlterTableStmt *>(statement)->relation, NoLock, true);
    if (OidIsValid(table_before))
        disabled_before = find_disabled(table_before);
}

EnabledAgain check_our_triggers(Oid relid, const Node *statement) {
    if (!touches_triggers(statement))
        return {false, false};
    restore_firing_of_tree(relid);
    const Disabled disabled = find_disabled(relid);
    if (disabled.guard)
        report_disabled(relid, true);
    if (disabled.capture)
        report_disabled(relid, false);
    const bool known = relid == table_before;
    return {.guard = known && disabled_before.guard && !disabled.guard,
            .capture = known && disabled_before.capture && !disabled.capture};
}

} // namespace pgtv::ddl
