// Columns of a materialized view that are unique by its query: what CREATE UNIQUE INDEX may be advised on.
// Lifetime: the current memory context.

#include "pg/postgres.hpp"
#include "scheduler/unique_columns.hpp"

namespace pgtv::scheduler {
namespace {

const Query *stored_query(Relation view) {
    const RuleLock *rules = view->rd_rules;
    if (rules == nullptr || rules->numLocks != 1 || list_length(rules->rules[0]->actions) != 1)
        return nullptr;
    return linitial_node(Query, rules->rules[0]->actions);
}

/** The output columns of the sort or group `clauses`; NIL if one of them is no output column. */
List *columns_of_clauses(const Query *query, List *clauses) {
    List *columns = NIL;
    ListCell *cell;
    foreach (cell, clauses) {
        const TargetEntry *entry = get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query->targetList);
        if (entry->resjunk)
            return NIL;
        columns = lappend_int(columns, entry->resno);
    }
    return columns;
}

/** The output column that is column `attnum` of range table entry `entry`, 0 if there is none. */
AttrNumber output_of(const Query *query, int entry, AttrNumber attnum) {
    ListCell *cell;
    foreach (cell, query->targetList) {
        const auto *target = lfirst_node(TargetEntry, cell);
        if (target->resjunk || !IsA(target->expr, Var))
            continue;
        const auto *var = reinterpret_cast<Var *>(target->expr);
        if (var->varno == entry && var->varattno == attnum && var->varlevelsup == 0)
            return target->resno;
    }
    return 0;
}

List *outputs_of_key(const Query *query, int entry, Oid table) {
    Oid constraint;
    Bitmapset *key = get_primary_key_attnos(table, false, &constraint);
    List *columns = NIL;
    for (int i = bms_next_member(key, -1); i >= 0; i = bms_next_member(key, i)) {
        const AttrNumber output = output_of(query, entry, AttrNumber(i + FirstLowInvalidHeapAttributeNumber));
        if (output == 0)
            return NIL;
        columns = lappend_int(columns, output);
    }
    return columns;
}

/** The primary key of the only relation in FROM, if each of its columns is in the output. */
List *key_of_only_table(const Query *query) {
    if (list_length(query->jointree->fromlist) != 1 || !IsA(linitial(query->jointree->fromlist), RangeTblRef))
        return NIL;
    const int entry = linitial_node(RangeTblRef, query->jointree->fromlist)->rtindex;
    const RangeTblEntry *table = rt_fetch(entry, query->rtable);
    if (table->rtekind != RTE_RELATION || table->relkind != RELKIND_RELATION || query->hasTargetSRFs)
        return NIL;
    return outputs_of_key(query, entry, table->relid);
}

} // namespace

List *find_unique_columns(Relation view) {
    const Query *query = stored_query(view);
    if (query == nullptr || query->setOperations != nullptr)
        return NIL;
    if (query->distinctClause != NIL)
        return columns_of_clauses(query, query->distinctClause);
    if (query->groupingSets != NIL || query->hasTargetSRFs)
        return NIL;
    if (query->groupClause != NIL)
        return columns_of_clauses(query, query->groupClause);
    return query->hasAggs ? NIL : key_of_only_table(query);
}

} // namespace pgtv::scheduler
