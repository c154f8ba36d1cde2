// Compares the rules before and after commands on indexes. A command that keeps readers out of a source needs none of
// this: a flush keeps what its rule reads locked against such commands. Lifetime: a command. CREATE INDEX CONCURRENTLY
// is several transactions, therefore the former rules are kept in memory of the backend.

#include "pg/postgres.hpp"
#include "ddl/rule_change.hpp"

#include "capture/rule_cache.hpp"
#include "ddl/dependents.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/maintenance.hpp"
#include "plan/rule.hpp"

namespace pgtv::ddl {
namespace {

MemoryContext former_memory = nullptr;
List *former_rules = NIL; // of plan::Rule *

/** The relation whose indexes `statement` changes without keeping its readers out; InvalidOid if there is none. */
Oid indexed_relation(const Node *statement) {
    if (IsA(statement, IndexStmt))
        return RangeVarGetRelid(reinterpret_cast<const IndexStmt *>(statement)->relation, NoLock, true);
    if (!IsA(statement, AlterTableStmt)) // ALTER INDEX … ATTACH PARTITION may complete the index of a partitioned table
        return InvalidOid;
    const auto *alter = reinterpret_cast<const AlterTableStmt *>(statement);
    const Oid index = alter->objtype == OBJECT_INDEX ? RangeVarGetRelid(alter->relation, NoLock, true) : InvalidOid;
    return OidIsValid(index) ? IndexGetRelation(index, true) : InvalidOid;
}

/** Those whose writers lock values. An index of a partitioned table is one of its partitions too. */
List *locking_tviews(Oid relation) {
    List *tviews = NIL;
    ListCell *cell;
    foreach (cell, list_concat_unique_oid(with_ancestors(relation), find_all_inheritors(relation, NoLock, nullptr)))
        tviews = list_concat_unique_oid(tviews, catalog::tviews_reading(lfirst_oid(cell)));
    List *locking = NIL;
    foreach (cell, tviews) {
        const catalog::TView *row = catalog::find_tview(lfirst_oid(cell));
        if (row != nullptr && row->populated &&
            (row->refresh == catalog::RefreshMode::immediate || row->refresh == catalog::RefreshMode::deferred))
            locking = lappend_oid(locking, row->relid);
    }
    return locking;
}

List *affected_tviews(const Node *statement) {
    const Oid relation = indexed_relation(statement);
    return OidIsValid(relation) ? locking_tviews(relation) : NIL;
}

void forget_former_rules() {
    if (former_memory != nullptr)
        MemoryContextDelete(former_memory);
    former_memory = nullptr;
    former_rules = NIL;
}

void keep_former_rules(List *tviews) {
    forget_former_rules();
    former_memory = AllocSetContextCreate(TopMemoryContext, "pg_tviews former rules", ALLOCSET_SMALL_SIZES);
    ListCell *cell;
    foreach (cell, tviews) {
        const capture::CachedTView *tview = capture::find_tview(lfirst_oid(cell));
        if (tview == nullptr)
            continue;
        const MemoryContext previous = MemoryContextSwitchTo(former_memory);
        former_rules = lappend(former_rules, plan::copy_rule(tview->rule, former_memory));
        MemoryContextSwitchTo(previous);
    }
}

/** A rule that is not known, because a command within this one was looked at meanwhile, counts as another one. */
bool locks_as_before(const plan::Rule *rule) {
    ListCell *cell;
    foreach (cell, former_rules) {
        const auto *former = static_cast<plan::Rule *>(lfirst(cell));
        if (former->tview == rule->tview)
            return plan::same_locks(former, rule);
    }
    return false;
}

/**
 * DROP INDEX CONCURRENTLY: in the transaction that has just begun the index ceases to be used, and it will commit
 * before the command ends. So the writers have to be waited for now.
 */
void lock_before_concurrent_drop(const DropStmt *drop) {
    if (drop->removeType != OBJECT_INDEX || !drop->concurrent)
        return;
    ListCell *cell;
    foreach (cell, drop->objects) {
        const Oid index = RangeVarGetRelid(makeRangeVarFromNameList(lfirst_node(List, cell)), NoLock, true);
        const Oid relation = OidIsValid(index) ? IndexGetRelation(index, true) : InvalidOid;
        if (OidIsValid(relation) && compat::owns_relation(index))
            maintenance::lock_contents(locking_tviews(relation));
    }
}

} // namespace

void rules_may_change(const Node *statement) {
    if (IsA(statement, DropStmt))
        lock_before_concurrent_drop(reinterpret_cast<const DropStmt *>(statement));
    List *tviews = affected_tviews(statement);
    if (tviews != NIL)
        keep_former_rules(tviews);
}

void rules_changed(const Node *statement) {
    List *changed = NIL;
    ListCell *cell;
    foreach (cell, affected_tviews(statement)) {
        const capture::CachedTView *tview = capture::find_tview(lfirst_oid(cell));
        if (tview != nullptr && !locks_as_before(tview->rule))
            changed = lappend_oid(changed, tview->tview);
    }
    forget_former_rules();
    maintenance::lock_contents(changed);
}

} // namespace pgtv::ddl
