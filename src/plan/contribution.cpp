// Builds the query that computes what changed rows contribute to the groups of an aggregate query. Pure; memory: the
// current context.

#include "pg/postgres.hpp"
#include "plan/delta.hpp"

#include "pg/nodes.hpp"
#include "plan/join_entry.hpp"
#include "plan/nullable_side.hpp"
#include "plan/opened.hpp"

namespace pgtv::plan {
namespace {

bool refers_to(Node *node, int leaf) {
    return bms_is_member(leaf, pull_varnos(nullptr, node));
}

/** A column which neither groups nor aggregates is fixed by the key, unless the changed row itself holds it. */
bool carries_from(const Query *query, const DeltaPlan *delta, int leaf) {
    for (int i = 0; i < delta->column_count; ++i)
        if (delta->columns[i].combine == Combine::carried &&
            refers_to(reinterpret_cast<Node *>(list_nth_node(TargetEntry, query->targetList, i)->expr), leaf))
            return true;
    return false;
}

Aggref *counting(const Aggref *like) {
    Aggref *count = makeNode(Aggref);
    count->aggfnoid = like == nullptr ? F_COUNT_ : F_COUNT_ANY;
    count->aggtype = INT8OID;
    count->aggtranstype = InvalidOid;
    count->aggstar = like == nullptr;
    count->aggkind = AGGKIND_NORMAL;
    count->aggsplit = AGGSPLIT_SIMPLE;
    count->aggno = -1;
    count->aggtransno = -1;
    count->location = -1;
    if (like != nullptr) {
        count->aggargtypes = list_copy(like->aggargtypes);
        count->args = static_cast<List *>(copyObjectImpl(like->args));
        count->aggfilter = static_cast<Expr *>(copyObjectImpl(like->aggfilter));
    }
    return count;
}

void append_count(Query *query, const Aggref *like) {
    const auto position = static_cast<AttrNumber>(list_length(query->targetList) + 1);
    query->targetList =
        lappend(query->targetList, makeTargetEntry(reinterpret_cast<Expr *>(counting(like)), position, nullptr, false));
}

/** What the contribution holds for a column: averages and expressions follow from the others. */
Expr *contributed(const Query *query, const DeltaColumn &column, int position) {
    if (column.combine == Combine::average || column.combine == Combine::computed)
        return reinterpret_cast<Expr *>(makeNullConst(column.type, -1, get_typcollation(column.type)));
    if (column.call != nullptr)
        return reinterpret_cast<Expr *>(pg::copy_node(column.call));
    return list_nth_node(TargetEntry, query->targetList, position)->expr;
}

void set_columns(Query *query, const DeltaPlan *delta) {
    query->targetList = list_truncate(query->targetList, delta->visible_count);
    for (int i = 0; i < delta->column_count; ++i) {
        Expr *expression = contributed(query, delta->columns[i], i);
        if (i < delta->visible_count)
            list_nth_node(TargetEntry, query->targetList, i)->expr = expression;
        else
            query->targetList =
                lappend(query->targetList, makeTargetEntry(expression, static_cast<AttrNumber>(i + 1), nullptr, false));
    }
    append_count(query, nullptr);
    for (int i = 0; i < delta->column_count; ++i)
        if (delta->columns[i].inputs >= 0)
            append_count(query, delta->columns[i].call);
}

/** Another column of the changed rows. */
Var *add_marker(Query *query, int leaf) {
    Alias *names = rt_fetch(leaf, query->rtable)->eref;
    names->colnames = lappend(names->colnames, makeString(pstrdup(old_marker)));
    return makeVar(leaf, static_cast<AttrNumber>(list_length(names->colnames)), BOOLOID, -1, InvalidOid, 0);
}

void group_by(Query *query, Var *column) {
    const auto position = static_cast<AttrNumber>(list_length(query->targetList) + 1);
    TargetEntry *entry = makeTargetEntry(reinterpret_cast<Expr *>(column), position, nullptr, false);
    SortGroupClause *clause = makeNode(SortGroupClause);
    ListCell *cell;
    foreach (cell, query->targetList)
        entry->ressortgroupref = std::max(entry->ressortgroupref, lfirst_node(TargetEntry, cell)->ressortgroupref);
    clause->tleSortGroupRef = ++entry->ressortgroupref;
    bool hashable = false;
    get_sort_group_operators(BOOLOID, true, true, false, &clause->sortop, &clause->eqop, nullptr, &hashable);
    clause->hashable = hashable;
    query->targetList = lappend(query->targetList, entry);
    query->groupClause = lappend(query->groupClause, clause);
}

void name_uniquely(Query *query) {
    ListCell *cell;
    foreach (cell, query->targetList) {
        TargetEntry *entry = lfirst_node(TargetEntry, cell);
        entry->resname = psprintf("c%d", static_cast<int>(entry->resno));
    }
}

} // namespace

Query *contribution_query(Query *original, const DeltaPlan *delta, int leaf, bool marked) {
    if (side_of(original, delta, leaf) == SideOfOuterJoin::other || carries_from(original, delta, leaf))
        return nullptr;
    Query *query = static_cast<Query *>(copyObjectImpl(original));
    query->sortClause = NIL;
    query->havingQual = nullptr;
    join_inner(query, leaf);
    lfirst(list_nth_cell(query->rtable, leaf - 1)) = delta_entry(rt_fetch(leaf, query->rtable));
    Var *marker = marked ? add_marker(query, leaf) : nullptr;
    rebuild_joins(query);
    set_columns(query, delta);
    if (marked)
        group_by(query, marker);
    name_uniquely(query);
    return query;
}

} // namespace pgtv::plan
