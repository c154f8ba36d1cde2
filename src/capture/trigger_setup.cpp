// Creates and drops the capture triggers of source tables. Row triggers of a partitioned table are cloned to its
// partitions by the server; everything else has to be on every member of the tree. Lifetime: one DDL command.

#include "pg/postgres.hpp"
#include "pg_tviews/capture.hpp"

#include "capture/descriptor.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::capture {
namespace {

struct TriggerKind {
    const char *name;
    const char *function;
    int16 events;
    int16 timing;
    bool row;
};

/**
 * Triggers fire in the order of their names: the statement trigger first, so that nothing nested in the statement
 * runs before it; the row trigger last. A partitioned table's row trigger has a name of its own, because its clones
 * must not collide with the trigger of a partition that is a source by itself.
 */
constexpr int16 every_dml = TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE;
constexpr TriggerKind row_kind = {row_trigger_name, "tview_capture_row", every_dml, TRIGGER_TYPE_AFTER, true};
constexpr TriggerKind tree_row_kind = {"~tview_capture_tree", "tview_capture_row", every_dml, TRIGGER_TYPE_AFTER, true};
constexpr TriggerKind statement_kind = {"!tview_capture_statement", "tview_capture_statement", every_dml,
                                        TRIGGER_TYPE_BEFORE, false};
constexpr TriggerKind truncate_kind = {"~tview_capture_truncate", "tview_capture_truncate", TRIGGER_TYPE_TRUNCATE,
                                       TRIGGER_TYPE_AFTER, false};

/** Any role may make a table a source that it has the TRIGGER privilege on; the triggers are the extension's. */
class AsSuperuser {
public:
    AsSuperuser() {
        GetUserIdAndSecContext(&user_, &security_);
        SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, security_ | SECURITY_LOCAL_USERID_CHANGE);
    }
    ~AsSuperuser() {
        SetUserIdAndSecContext(user_, security_);
    }
    AsSuperuser(const AsSuperuser &) = delete;
    AsSuperuser &operator=(const AsSuperuser &) = delete;

private:
    Oid user_ = InvalidOid;
    int security_ = 0;
};

Oid trigger_function(const TriggerKind &kind) {
    const Oid schema = catalog::extension_schema();
    List *name = list_make2(makeString(get_namespace_name(schema)), makeString(pstrdup(kind.function)));
    return LookupFuncName(name, 0, nullptr, false);
}

/** So that DROP EXTENSION takes the trigger along, and pg_dump keeps saying so. */
void depend_on_extension(const ObjectAddress &trigger) {
    ObjectAddress extension;
    ObjectAddressSet(extension, ExtensionRelationId, get_extension_oid("pg_tviews", false));
    recordDependencyOn(&trigger, &extension, DEPENDENCY_AUTO_EXTENSION);
}

void create_trigger(Oid relid, const TriggerKind &kind) {
    CreateTrigStmt *statement = makeNode(CreateTrigStmt);
    statement->trigname = pstrdup(kind.name);
    statement->row = kind.row;
    statement->timing = kind.timing;
    statement->events = kind.events;
    const ObjectAddress trigger =
        CreateTriggerFiringOn(statement, nullptr, relid, InvalidOid, InvalidOid, InvalidOid, trigger_function(kind),
                              InvalidOid, nullptr, false, false, TRIGGER_FIRES_ALWAYS);
    depend_on_extension(trigger);
    CommandCounterIncrement();
}

void drop_trigger(Oid relid, const TriggerKind &kind) {
    const Oid trigger = get_trigger_oid(relid, kind.name, true);
    if (!OidIsValid(trigger))
        return;
    ObjectAddress address;
    ObjectAddressSet(address, TriggerRelationId, trigger);
    performDeletion(&address, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
    CommandCounterIncrement();
}

bool has_trigger(Oid relid, const TriggerKind &kind) {
    return OidIsValid(get_trigger_oid(relid, kind.name, true));
}

void ensure_trigger(Oid relid, const TriggerKind &kind) {
    if (!has_trigger(relid, kind))
        create_trigger(relid, kind);
}

bool takes_triggers(char relkind) {
    return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE;
}

/** The row trigger of one table: a partitioned table's own is cloned to every partition, now and later. */
void ensure_row_trigger(Oid relid, char relkind) {
    if (relkind == RELKIND_PARTITIONED_TABLE)
        ensure_trigger(relid, tree_row_kind);
    else if (has_trigger(relid, tree_row_kind))
        drop_trigger(relid, row_kind); // a clone does it
    else
        ensure_trigger(relid, row_kind);
}

bool is_read(Oid relid) {
    ListCell *cell;
    foreach (cell, with_ancestors(relid)) {
        if (catalog::tviews_reading(lfirst_oid(cell)) != NIL)
            return true;
    }
    return false;
}

/** A clone cannot be dropped by itself: it goes with the trigger it was cloned from. */
bool is_clone(Oid relid) {
    bool clone = false;
    Relation relation = table_open(relid, AccessShareLock);
    const TriggerDesc *triggers = relation->trigdesc;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; i++) {
        const Trigger &trigger = triggers->triggers[i];
        if (strcmp(trigger.tgname, tree_row_kind.name) == 0)
            clone = trigger.tgisclone;
    }
    table_close(relation, AccessShareLock);
    return clone;
}

void remove_triggers(Oid relid) {
    if (!is_clone(relid))
        drop_trigger(relid, tree_row_kind);
    drop_trigger(relid, row_kind);
    drop_trigger(relid, statement_kind);
    drop_trigger(relid, truncate_kind);
}

/** Tells every backend to build its capture descriptors of the table again. */
void invalidate(Oid relid) {
    CacheInvalidateRelcacheByRelid(relid);
}

} // namespace

void install_triggers(Oid source) {
    if (!takes_triggers(get_rel_relkind(source)))
        return;
    const AsSuperuser identity;
    ListCell *cell;
    // The source comes first: its clones reach the partitions before these are looked at.
    foreach (cell, find_all_inheritors(source, ShareRowExclusiveLock, nullptr)) {
        const Oid relid = lfirst_oid(cell);
        const char relkind = get_rel_relkind(relid);
        if (!takes_triggers(relkind))
            continue;
        ensure_row_trigger(relid, relkind);
        ensure_trigger(relid, statement_kind);
        ensure_trigger(relid, truncate_kind);
        invalidate(relid);
    }
}

void remove_unused_triggers(Oid source) {
    if (!takes_triggers(get_rel_relkind(source)))
        return;
    const AsSuperuser identity;
    List *still_read = NIL;
    ListCell *cell;
    foreach (cell, find_all_inheritors(source, ShareRowExclusiveLock, nullptr)) {
        const Oid relid = lfirst_oid(cell);
        if (!takes_triggers(get_rel_relkind(relid)))
            continue;
        if (is_read(relid))
            still_read = lappend_oid(still_read, relid);
        else
            remove_triggers(relid);
        invalidate(relid);
    }
    // Clones went with the trigger of their parent: a partition that is a source by itself needs its own now.
    foreach (cell, still_read)
        install_triggers(lfirst_oid(cell));
}

} // namespace pgtv::capture
