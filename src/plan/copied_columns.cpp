// A column is handed on if it is nothing but output columns of the outermost level, which itself only joins. Its table
// must be read once, and never be the nullable side of an outer join. Lifetime: a call.

#include "pg/postgres.hpp"
#include "plan/copied_columns.hpp"

#include "plan/changed_leaf.hpp"
#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

bool only_joins(const Query *query) {
    return query->setOperations == nullptr && query->groupClause == NIL && query->groupingSets == NIL &&
           query->havingQual == nullptr && query->distinctClause == NIL && query->limitCount == nullptr &&
           query->limitOffset == nullptr && query->rowMarks == NIL && query->cteList == NIL && !query->hasAggs &&
           !query->hasWindowFuncs && !query->hasTargetSRFs;
}

struct Reading {
    int place;
    Index depth;
    Bitmapset *columns;
};

bool read_columns_of(Node *node, void *argument) {
    auto *reading = static_cast<Reading *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Var)) {
        const auto *var = castNode(Var, node);
        if (static_cast<int>(var->varno) == reading->place && var->varlevelsup == reading->depth && var->varattno > 0)
            reading->columns = bms_add_member(reading->columns, var->varattno);
        return false;
    }
    if (!IsA(node, Query))
        return compat::walk_children(node, read_columns_of, reading);
    reading->depth++;
    (void)compat::walk_query(castNode(Query, node), read_columns_of, reading, 0);
    reading->depth--;
    return false;
}

/** What lateral subqueries, functions and VALUES read of the relations beside them. */
void read_range_table_entry(RangeTblEntry *entry, Reading *reading) {
    (void)read_columns_of(reinterpret_cast<Node *>(entry->subquery), reading);
    (void)read_columns_of(reinterpret_cast<Node *>(entry->functions), reading);
    (void)read_columns_of(reinterpret_cast<Node *>(entry->values_lists), reading);
    (void)read_columns_of(reinterpret_cast<Node *>(entry->tablefunc), reading);
}

/** The column of the table at `place` that this output column is; 0 if it is anything else. */
AttrNumber handed_on(const TargetEntry *entry, int place) {
    if (entry->resjunk || !IsA(entry->expr, Var))
        return 0;
    const auto *var = reinterpret_cast<const Var *>(entry->expr);
    return static_cast<int>(var->varno) == place && var->varlevelsup == 0 ? var->varattno : AttrNumber(0);
}

/** The columns that do more than becoming output columns; those of the key do. */
Bitmapset *working_columns(Query *query, int place, const SourceRule *source) {
    Reading reading = {place, 0, nullptr};
    ListCell *cell;
    foreach (cell, query->targetList)
        if (handed_on(lfirst_node(TargetEntry, cell), place) == 0)
            (void)read_columns_of(reinterpret_cast<Node *>(lfirst_node(TargetEntry, cell)->expr), &reading);
    (void)read_columns_of(reinterpret_cast<Node *>(query->jointree), &reading);
    foreach (cell, query->rtable)
        read_range_table_entry(lfirst_node(RangeTblEntry, cell), &reading);
    for (int i = 0; i < source->direct_count; i++)
        reading.columns = bms_add_member(reading.columns, source->direct[i]);
    return reading.columns;
}

} // namespace

Bitmapset *find_copied_columns(Query *query, Oid tview, SourceRule *source) {
    const int place = only_joins(query) && !source->whole_row ? only_leaf(query, source->source) : 0;
    if (place == 0 || !OidIsValid(tview) || bms_is_member(place, nullable_leaves(query)))
        return nullptr;
    Bitmapset *working = working_columns(query, place, source);
    ListCell *cell;
    foreach (cell, query->targetList) {
        const auto *entry = lfirst_node(TargetEntry, cell);
        const AttrNumber column = handed_on(entry, place);
        if (column <= 0 || bms_is_member(column, working))
            continue;
        auto *copied = static_cast<CopiedColumn *>(palloc(sizeof(CopiedColumn)));
        *copied = CopiedColumn{column, get_attnum(tview, entry->resname)};
        source->copied = lappend(source->copied, copied);
    }
    return source->copied != NIL ? working : nullptr;
}

} // namespace pgtv::plan
