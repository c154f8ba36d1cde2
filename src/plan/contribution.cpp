// Builds the query that computes what changed rows contribute to the groups of an aggregate query. Pure; memory: the
// current context.

#include "pg/postgres.hpp"
#include "plan/delta.hpp"

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

Node *fresh_tree(Node *tree, List **rtable) {
    if (IsA(tree, RangeTblRef))
        return tree;
    const JoinExpr *join = castNode(JoinExpr, tree);
    JoinExpr *fresh = make_join(join->jointype, fresh_tree(join->larg, rtable), fresh_tree(join->rarg, rtable), rtable);
    fresh->quals = join->quals;
    return reinterpret_cast<Node *>(fresh);
}

/** USING and NATURAL would be resolved again when the text is parsed: the joins are written with ON. */
void rebuild_joins(Query *query) {
    ListCell *cell;
    foreach (cell, query->rtable)
        if (lfirst_node(RangeTblEntry, cell)->rtekind == RTE_JOIN)
            lfirst(cell) = unused_entry();
    foreach (cell, query->jointree->fromlist)
        lfirst(cell) = fresh_tree(static_cast<Node *>(lfirst(cell)), &query->rtable);
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

void append_count(Query *query, const Aggref *like, const char *name) {
    const auto position = static_cast<AttrNumber>(list_length(query->targetList) + 1);
    query->targetList = lappend(
        query->targetList, makeTargetEntry(reinterpret_cast<Expr *>(counting(like)), position, pstrdup(name), false));
}

void append_counts(Query *query, const DeltaPlan *delta) {
    append_count(query, nullptr, "tv_rows");
    for (int i = 0; i < delta->column_count; ++i)
        if (delta->columns[i].inputs >= 0)
            append_count(query, reinterpret_cast<Aggref *>(list_nth_node(TargetEntry, query->targetList, i)->expr),
                         psprintf("tv_inputs_%d", delta->columns[i].inputs));
}

void name_uniquely(Query *query) {
    ListCell *cell;
    foreach (cell, query->targetList) {
        TargetEntry *entry = lfirst_node(TargetEntry, cell);
        entry->resname = psprintf("c%d", static_cast<int>(entry->resno));
    }
}

} // namespace

Query *contribution_query(Query *original, const DeltaPlan *delta, int leaf) {
    if (side_of(original, delta, leaf) == SideOfOuterJoin::other || carries_from(original, delta, leaf))
        return nullptr;
    Query *query = static_cast<Query *>(copyObjectImpl(original));
    query->sortClause = NIL;
    query->targetList = list_truncate(query->targetList, delta->column_count);
    join_inner(query, leaf);
    lfirst(list_nth_cell(query->rtable, leaf - 1)) = delta_entry(rt_fetch(leaf, query->rtable));
    rebuild_joins(query);
    append_counts(query, delta);
    name_uniquely(query);
    return query;
}

} // namespace pgtv::plan
