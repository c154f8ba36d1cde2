// Checks, locks and registrations shared by CREATE, CREATE OR REPLACE and ALTER TVIEW. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/tview_build.hpp"

#include "ddl/tview_relations.hpp"
#include "maintenance/statement_stack.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/analysis.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/counters.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"

namespace pgtv::ddl {
namespace {

/** The tables written to when `source` is: itself, its partitions and its inheritance children. */
List *written_relations(const analysis::Source &source) {
    if (source.relkind == RELKIND_FOREIGN_TABLE)
        return NIL;
    return find_all_inheritors(source.relid, NoLock, nullptr);
}

/** The names of the sources whose reason and hint are those of `rule`, quoted and joined. */
char *sources_with_same_reason(const plan::Rule *rule, const plan::SourceRule *source) {
    StringInfoData names;
    initStringInfo(&names);
    ListCell *cell;
    foreach (cell, rule->sources) {
        const auto *other = static_cast<const plan::SourceRule *>(lfirst(cell));
        if (other->strategy == plan::Strategy::full && strcmp(other->reason, source->reason) == 0)
            appendStringInfo(&names, "%s\"%s\"", names.len == 0 ? "" : ", ", get_rel_name(other->source));
    }
    return names.data;
}

bool reason_was_reported(const plan::Rule *rule, int position, const char *reason) {
    for (int i = 0; i < position; i++) {
        const auto *earlier = static_cast<const plan::SourceRule *>(list_nth(rule->sources, i));
        if (earlier->strategy == plan::Strategy::full && strcmp(earlier->reason, reason) == 0)
            return true;
    }
    return false;
}

void report_full(const plan::Rule *rule, const plan::SourceRule *source) {
    ereport(NOTICE, (errmsg("tview \"%s\" is recomputed as a whole when %s changes: %s", get_rel_name(rule->tview),
                            sources_with_same_reason(rule, source), source->reason),
                     source->hint != nullptr ? errhint("%s", source->hint) : 0));
}

/**
 * A statement that is under way has read the table's triggers already: what it writes from now on would be captured by
 * none of ours.
 */
void refuse_while_written(Oid relid) {
    if (!maintenance::modifying())
        return;
    Relation relation = relation_open(relid, NoLock);
    const bool in_use = relation->rd_refcnt > 1;
    relation_close(relation, NoLock);
    if (in_use)
        raise(NotReady{psprintf("cannot create a tview on \"%s\" while it is being written to", get_rel_name(relid)),
                       "The statement that is running writes to it, or calls a function that does.",
                       "Create the TVIEW in a statement of its own."});
}

bool reads(List *sources, Oid relid) {
    ListCell *cell;
    foreach (cell, sources)
        if (static_cast<analysis::Source *>(lfirst(cell))->relid == relid)
            return true;
    return false;
}

/** Filled with the latest snapshot, taken after the sources were locked: every writer has ended by then. */
void fill_table(Oid table) {
    (void)maintenance::fill(table);
    if (!IsolationUsesXactSnapshot())
        return;
    // The transaction's own snapshot may be older than the locks: what it cannot see must not matter.
    const maintenance::Difference difference = maintenance::verify(table, false);
    if (difference.missing != 0 || difference.extra != 0)
        raise(StaleSnapshot{get_rel_name(table)});
}

const plan::Rule *rule_of(Oid table) {
    pg::RunAs owner(pg::relation_owner(table));
    return maintenance::get_rule(table);
}

} // namespace

void check_can_create(const CreateRequest &request) {
    PreventCommandIfReadOnly("CREATE TVIEW");
    PreventCommandIfParallelMode("CREATE TVIEW");
    PreventCommandDuringRecovery("CREATE TVIEW");
    if (!catalog::extension_installed())
        raise(NotReady{"extension pg_tviews is not installed in this database", nullptr,
                       "Run CREATE EXTENSION pg_tviews."});
    if (request.name->relpersistence != RELPERSISTENCE_PERMANENT)
        raise(Unsupported{"temporary and unlogged tviews are not supported", nullptr, nullptr});
}

void check_definition(const Query *query, catalog::RefreshMode refresh, Oid owner) {
    if (query->commandType != CMD_SELECT)
        raise(Unsupported{"the query of a tview must be a SELECT", nullptr, nullptr});
    if (query_contains_extern_params(const_cast<Query *>(query)))
        raise(
            Unsupported{"the query of a tview must not have parameters", nullptr, "Write the values into the query."});
    analysis::check_query(query, freshness_of(refresh), owner);
}

void check_owner_privileges(Oid owner, List *sources) {
    Oid user;
    int security;
    GetUserIdAndSecContext(&user, &security);
    SetUserIdAndSecContext(owner, security | SECURITY_LOCAL_USERID_CHANGE);
    analysis::check_privileges(sources);
    SetUserIdAndSecContext(user, security);
}

void lock_sources(List *sources) {
    List *relations = NIL;
    ListCell *cell;
    foreach (cell, sources)
        relations =
            list_concat_unique_oid(relations, written_relations(*static_cast<analysis::Source *>(lfirst(cell))));
    list_sort(relations, list_oid_cmp);
    foreach (cell, relations) {
        const Oid relid = lfirst_oid(cell);
        LockRelationOid(relid, ShareRowExclusiveLock);
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
            UnlockRelationOid(relid, ShareRowExclusiveLock); // a child dropped meanwhile; the sources cannot go
        else
            refuse_while_written(relid);
    }
}

List *find_sources(const catalog::TView &row) {
    List *sources = analysis::find_sources(row.view, row.relid);
    const catalog::Companion companion = catalog::find_companion(row.relid);
    ListCell *cell;
    foreach (cell, OidIsValid(companion.table) ? analysis::find_sources(companion.view, InvalidOid) : NIL)
        if (!reads(sources, static_cast<analysis::Source *>(lfirst(cell))->relid))
            sources = lappend(sources, lfirst(cell));
    return sources;
}

void connect_sources(const catalog::TView &row) {
    List *sources = find_sources(row);
    lock_sources(sources);
    check_owner_privileges(pg::relation_owner(row.relid), sources);
    catalog::replace_dependencies(row.relid, sources);
    if (row.refresh == catalog::RefreshMode::manual)
        return;
    ListCell *cell;
    foreach (cell, sources) {
        const auto *source = static_cast<analysis::Source *>(lfirst(cell));
        if (source->relkind == RELKIND_RELATION || source->relkind == RELKIND_PARTITIONED_TABLE)
            capture::install_triggers(source->relid);
    }
}

const plan::Rule *furnish_tview(const catalog::TView &row) {
    const plan::Rule *rule = rule_of(row.relid);
    if (row.populated)
        fill_table(row.relid);
    maintenance::forget(row.relid);
    maintenance::begin_queue(row.relid);
    counters::reset(row.relid); // another relation may have had its OID
    create_key_indexes(rule);
    guard_table(row.relid);
    return rule;
}

void report_rule(const plan::Rule *rule) {
    ListCell *cell;
    foreach (cell, rule->notices)
        ereport(NOTICE, (errmsg("%s", static_cast<const char *>(lfirst(cell)))));
    if (catalog::get_tview(rule->tview)->refresh == catalog::RefreshMode::manual)
        return;
    foreach (cell, rule->sources) {
        const auto *source = static_cast<const plan::SourceRule *>(lfirst(cell));
        if (source->strategy == plan::Strategy::full &&
            !reason_was_reported(rule, foreach_current_index(cell), source->reason))
            report_full(rule, source);
    }
}

} // namespace pgtv::ddl
