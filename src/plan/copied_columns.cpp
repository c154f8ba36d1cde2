// A column is handed on if it is nothing but output columns of the outermost level, which itself only joins. Its table
// must be read once, and never be the nullable side of an outer join. Lifetime: a call.

#include "pg/postgres.hpp"
#include "plan/copied_columns.hpp"

namespace pgtv::plan {
namespace {

bool only_joins(const Query *query) {
    return query->setOperations == nullptr && query->groupClause == NIL && query->groupingSets == NIL &&
           query->havingQual == nullptr && query->distinctClause == NIL && query->limitCount == nullptr &&
           query->limitOffset == nullptr && query->rowMarks == NIL && query->cteList == NIL && !query->hasAggs &&
           !query->hasWindowFuncs && !query->hasTargetSRFs;
}

struct Occurrences {
    Oid relid;
    int count;
};

bool count_occurrences(Node *node, void *argument) {
    auto *found = static_cast<Occurrences *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, RangeTblEntry)) {
        const auto *entry = castNode(RangeTblEntry, node);
        if (entry->rtekind == RTE_RELATION && entry->relid == found->relid)
            found->count++;
        return false;
    }
    if (IsA(node, Query))
        return compat::walk_query(castNode(Query, node), count_occurrences, found, QTW_EXAMINE_RTES_BEFORE);
    return compat::walk_children(node, count_occurrences, found);
}

/** The place of `relid` in the outermost range table, if it is read there and nowhere else; else 0. */
int only_place(Query *query, Oid relid) {
    Occurrences found = {relid, 0};
    (void)count_occurrences(reinterpret_cast<Node *>(query), &found);
    ListCell *cell;
    foreach (cell, query->rtable) {
        const auto *entry = lfirst_node(RangeTblEntry, cell);
        if (found.count == 1 && entry->rtekind == RTE_RELATION && entry->relid == relid)
            return foreach_current_index(cell) + 1;
    }
    return 0;
}

/** Has every output row a row of the table at `place`? */
bool is_preserved(Node *from, int place) {
    if (IsA(from, RangeTblRef))
        return castNode(RangeTblRef, from)->rtindex == place;
    if (IsA(from, JoinExpr)) {
        const auto *join = castNode(JoinExpr, from);
        const bool left = join->jointype == JOIN_INNER || join->jointype == JOIN_LEFT;
        const bool right = join->jointype == JOIN_INNER || join->jointype == JOIN_RIGHT;
        return (left && is_preserved(join->larg, place)) || (right && is_preserved(join->rarg, place));
    }
    ListCell *cell;
    foreach (cell, IsA(from, FromExpr) ? castNode(FromExpr, from)->fromlist : NIL)
        if (is_preserved(static_cast<Node *>(lfirst(cell)), place))
            return true;
    return false;
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
    const int place = only_joins(query) && !source->whole_row ? only_place(query, source->source) : 0;
    if (place == 0 || !OidIsValid(tview) || !is_preserved(reinterpret_cast<Node *>(query->jointree), place))
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
