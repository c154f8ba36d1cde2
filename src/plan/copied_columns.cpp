// The query must only join, or join and group, on its outermost level, and read the table once, there. A column of the
// table can be copied if nothing reads it but output columns which the row of the table decides alone, and of these none
// that is part of K. In a group the row decides if it is the same one in all rows that the group is made of. Then the
// column may be grouped by, too: what makes the row the same one tells the groups apart without it. Lifetime: a call.

#include "pg/postgres.hpp"
#include "plan/copied_columns.hpp"

#include "pg/nodes.hpp"
#include "plan/changed_leaf.hpp"
#include "plan/partner_path.hpp"
#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

bool only_joins_and_groups(const Query *query) {
    const bool grouped = query->groupClause != NIL;
    return query->setOperations == nullptr && query->groupingSets == NIL && query->distinctClause == NIL &&
           query->limitCount == nullptr && query->limitOffset == nullptr && query->rowMarks == NIL &&
           query->cteList == NIL && !query->hasWindowFuncs && !query->hasTargetSRFs &&
           (grouped || (!query->hasAggs && query->havingQual == nullptr));
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

/** Does the row of the table at `place` decide this output column alone? */
bool is_decided(const TargetEntry *entry, int place) {
    Node *expression = reinterpret_cast<Node *>(entry->expr);
    const ColumnsOfLeaf found = columns_in(expression, place);
    return !entry->resjunk && !found.others && found.columns != nullptr && !contain_subplans(expression) &&
           !contain_aggs_of_level(expression, 0);
}

bool is_key(const Rule *rule, const TargetEntry *entry) {
    const AttrNumber output = get_attnum(rule->tview, entry->resname);
    return std::any_of(rule->keys, rule->keys + rule->key_count,
                       [=](const KeyColumn &key) { return key.attnum == output; });
}

/** The columns that do more than deciding output columns. */
Bitmapset *working_columns(Query *query, int place, const Rule *rule, const SourceRule *source) {
    Reading reading = {place, 0, nullptr};
    ListCell *cell;
    foreach (cell, query->targetList) {
        auto *entry = lfirst_node(TargetEntry, cell);
        if (!is_decided(entry, place) || is_key(rule, entry))
            (void)read_columns_of(reinterpret_cast<Node *>(entry->expr), &reading);
    }
    (void)read_columns_of(reinterpret_cast<Node *>(query->jointree), &reading);
    (void)read_columns_of(query->havingQual, &reading);
    foreach (cell, query->rtable)
        read_range_table_entry(lfirst_node(RangeTblEntry, cell), &reading);
    for (int i = 0; i < source->direct_count; i++)
        reading.columns = bms_add_member(reading.columns, source->direct[i]);
    return reading.columns;
}

/** By which a stored row finds its row of the source. */
Bitmapset *columns_of_index(Oid relid) {
    Bitmapset *columns = nullptr;
    const Relation index = index_open(relid, AccessShareLock);
    for (int i = 0; i < index->rd_index->indnkeyatts; ++i)
        columns = bms_add_member(columns, index->rd_index->indkey.values[i]);
    index_close(index, AccessShareLock);
    return columns;
}

CopiedColumn *copied_column(const Rule *rule, const TargetEntry *entry) {
    CopiedColumn copied = {get_attnum(rule->tview, entry->resname), 0, nullptr};
    if (IsA(entry->expr, Var))
        copied.column = reinterpret_cast<const Var *>(entry->expr)->varattno;
    else
        copied.expression = entry->expr;
    return pg::make(copied);
}

} // namespace

Bitmapset *find_copied_columns(Query *query, const Rule *rule, SourceRule *source) {
    const int place = only_joins_and_groups(query) && !source->whole_row ? only_leaf(query, source->source) : 0;
    if (place == 0 || !OidIsValid(rule->tview))
        return nullptr;
    Bitmapset *working = working_columns(query, place, rule, source);
    PartnerPath *partner = nullptr;
    if (source->direct_count == 0 || query->groupClause != NIL || bms_is_member(place, nullable_leaves(query))) {
        partner = find_partner_path(query, rule->tview, place);
        if (partner == nullptr)
            return nullptr;
        working = bms_add_members(working, columns_of_index(partner->steps[partner->count - 1].index));
    }
    ListCell *cell;
    foreach (cell, query->targetList) {
        auto *entry = lfirst_node(TargetEntry, cell);
        if (is_decided(entry, place) &&
            !bms_is_subset(columns_in(reinterpret_cast<Node *>(entry->expr), place).columns, working))
            source->copied = lappend(source->copied, copied_column(rule, entry));
    }
    if (source->copied == NIL)
        return nullptr;
    source->partner = partner;
    source->working = bms_copy(working);
    return working;
}

} // namespace pgtv::plan
