// Which relations a TVIEW may read: ordinary, partitioned and foreign tables, materialized views and views, with
// what is refused about each. Lifetime: a call.

#include "pg/postgres.hpp"

#include "analysis/check_state.hpp"
#include "pg/identity.hpp"
#include "pg/names.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::analysis {
namespace {

char *described(Oid relid) {
    return psprintf("%s %s", pg::relation_kind(relid), pg::qualified_name(relid));
}

bool is_system_relation(Oid relid) {
    const Oid schema = get_rel_namespace(relid);
    return relid < FirstNormalObjectId || IsCatalogNamespace(schema) || IsToastNamespace(schema) ||
           schema == get_namespace_oid("information_schema", true);
}

bool is_our_relation(Oid relid) {
    const Oid extension = getExtensionOfObject(RelationRelationId, relid);
    return OidIsValid(extension) && extension == get_extension_oid("pg_tviews", true);
}

void check_kind(Oid relid) {
    if (is_system_relation(relid) || is_our_relation(relid))
        raise(Unsupported{psprintf("a tview query must not read system relation %s", pg::qualified_name(relid)),
                          "Changes of system catalogs cannot be captured.",
                          "Read it beside the TVIEW, or from an ordinary view."});
    if (get_rel_relkind(relid) == RELKIND_SEQUENCE)
        raise(Unsupported{psprintf("a tview query must not read %s", described(relid)),
                          "Changes of a sequence cannot be captured.", "Read it beside the TVIEW."});
}

void check_persistence(Oid relid) {
    const char persistence = get_rel_persistence(relid);
    if (persistence == RELPERSISTENCE_TEMP)
        raise(Unsupported{psprintf("a tview query must not read temporary %s %s", pg::relation_kind(relid),
                                   quote_identifier(get_rel_name(relid))),
                          "A TVIEW outlives the session that owns the temporary relation.",
                          "Use a permanent relation."});
    if (persistence == RELPERSISTENCE_UNLOGGED)
        raise(Unsupported{psprintf("a tview query must not read unlogged %s", described(relid)),
                          "After a crash the relation would be empty and the TVIEW would not.",
                          psprintf("Make it permanent with ALTER TABLE %s SET LOGGED.", pg::qualified_name(relid))});
}

void check_foreign(Oid relid, const Checks *checks) {
    if (get_rel_relkind(relid) != RELKIND_FOREIGN_TABLE)
        return;
    if (checks->unstable != nullptr)
        *checks->unstable = true;
    if (checks->freshness != Freshness::maintained)
        return;
    raise(Unsupported{
        psprintf("a tview maintained on write must not read %s", described(relid)),
        "Changes made on the foreign server cannot be captured.",
        "Create the TVIEW WITH (refresh = scheduled) or (refresh = manual), or read a materialized view of it."});
}

void check_storage(Oid relid, const Checks *checks) {
    check_persistence(relid);
    check_foreign(relid, checks);
}

/** Partitions and inheritance children are read with their parent, and may be of another kind. */
void check_children(const RangeTblEntry *entry, const Checks *checks) {
    if (!entry->inh || !has_subclass(entry->relid))
        return;
    ListCell *cell;
    foreach (cell, find_all_inheritors(entry->relid, AccessShareLock, nullptr))
        check_storage(lfirst_oid(cell), checks);
}

/** Maintenance runs with row_security = off, which raises where a policy would filter: say it now. */
void check_row_security(Oid relid, const Checks *checks) {
    if (check_enable_rls(relid, checks->user, true) != RLS_ENABLED)
        return;
    raise(Unsupported{
        psprintf("row-level security of %s would filter what %s reads", described(relid),
                 quote_identifier(GetUserNameFromId(checks->user, false))),
        "A policy may depend on who writes, and then every writer would give the TVIEW other contents.",
        "Let the owner of the table, or a role with BYPASSRLS, own the TVIEW; put the policies on the TVIEW."});
}

void check_view(Oid view, const Checks *checks) {
    if (list_member_oid(checks->done->views, view))
        return;
    checks->done->views = lappend_oid(checks->done->views, view);
    Relation relation = relation_open(view, AccessShareLock);
    Checks inner = *checks;
    inner.view = view;
    inner.user = RelationHasSecurityInvoker(relation) ? checks->owner : relation->rd_rel->relowner;
    inner.level = nullptr;
    relation_close(relation, NoLock);
    (void)check_node(reinterpret_cast<Node *>(get_view_query_copy(view)), &inner);
}

} // namespace

void check_relation(const RangeTblEntry *entry, Checks *checks) {
    const Oid relid = entry->relid;
    if (relid == checks->view) // the OLD and NEW entries of a view's rule
        return;
    if (checks->reads_nothing != nullptr)
        raise(Unsupported{psprintf("%s must not read %s", checks->reads_nothing, described(relid)),
                          "PostgreSQL may compute its result once and keep it when the relation changes.",
                          "Declare the function STABLE, and use it outside of domain constraints only."});
    check_kind(relid);
    if (entry->tablesample != nullptr)
        raise(Unsupported{psprintf("a tview query must not sample %s", described(relid)),
                          "TABLESAMPLE depends on where rows are stored, not on their contents.",
                          "Select rows by their contents, by a hash of the key for instance."});
    check_storage(relid, checks);
    check_children(entry, checks);
    if (get_rel_relkind(relid) == RELKIND_VIEW)
        check_view(relid, checks);
    else
        check_row_security(relid, checks);
}

} // namespace pgtv::analysis
