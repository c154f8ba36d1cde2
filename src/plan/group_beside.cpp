// Finds the group and looks at what else of the query reads it. Pure; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/group_beside.hpp"

#include "pg/nodes.hpp"
#include "plan/occurrence.hpp"

namespace pgtv::plan {
namespace {

struct Search {
    const GroupBeside *group;
    Index depth;
    const Node *except;
};

bool finds(Node *node, void *argument) {
    auto *search = static_cast<Search *>(argument);
    if (node == nullptr || node == search->except)
        return false;
    if (IsA(node, Var))
        return search->group->place > 0 && static_cast<int>(castNode(Var, node)->varno) == search->group->place &&
               castNode(Var, node)->varlevelsup == search->depth;
    if (list_member_ptr(search->group->links, node))
        return true;
    if (!IsA(node, Query))
        return compat::walk_children(node, finds, search);
    search->depth++;
    const bool found = compat::walk_query(castNode(Query, node), finds, search, 0);
    search->depth--;
    return found;
}

bool mentions(Node *node, const GroupBeside &group, const Node *except) {
    Search search = {&group, 0, except};
    return finds(node, &search);
}

bool is_leaf(Node *tree, int place) {
    return IsA(tree, RangeTblRef) && castNode(RangeTblRef, tree)->rtindex == place;
}

/** The join of which the leaf is the nullable side. */
const JoinExpr *join_of(Node *tree, int place) {
    if (!IsA(tree, JoinExpr))
        return nullptr;
    const auto *join = castNode(JoinExpr, tree);
    if ((join->jointype == JOIN_LEFT && is_leaf(join->rarg, place)) ||
        (join->jointype == JOIN_RIGHT && is_leaf(join->larg, place)))
        return join;
    const JoinExpr *found = join_of(join->larg, place);
    return found != nullptr ? found : join_of(join->rarg, place);
}

const JoinExpr *join_of(const Query *query, int place) {
    const JoinExpr *found = nullptr;
    ListCell *cell;
    foreach (cell, query->jointree->fromlist)
        found = found != nullptr ? found : join_of(static_cast<Node *>(lfirst(cell)), place);
    return found;
}

/** In conditions besides `own`, or in what stands beside it in FROM. */
bool decides_rows(Query *query, const GroupBeside &group, const Node *own) {
    if (mentions(reinterpret_cast<Node *>(query->jointree), group, own))
        return true;
    ListCell *cell;
    foreach (cell, query->rtable) {
        auto *entry = lfirst_node(RangeTblEntry, cell);
        if (foreach_current_index(cell) + 1 != group.place && entry->rtekind != RTE_JOIN &&
            (mentions(reinterpret_cast<Node *>(entry->subquery), group, nullptr) ||
             mentions(reinterpret_cast<Node *>(entry->functions), group, nullptr) ||
             mentions(reinterpret_cast<Node *>(entry->values_lists), group, nullptr) ||
             mentions(reinterpret_cast<Node *>(entry->tablefunc), group, nullptr)))
            return true;
    }
    return false;
}

bool is_in_tree(Node *tree, int place) {
    if (!IsA(tree, JoinExpr))
        return is_leaf(tree, place);
    return is_in_tree(castNode(JoinExpr, tree)->larg, place) || is_in_tree(castNode(JoinExpr, tree)->rarg, place);
}

bool is_trivial(Node *condition) {
    const auto *constant = condition != nullptr && IsA(condition, Const) ? castNode(Const, condition) : nullptr;
    return condition == nullptr ||
           (constant != nullptr && !constant->constisnull && DatumGetBool(constant->constvalue));
}

bool stands_beside(Node *tree, int place, Relids leaves) {
    if (!IsA(tree, JoinExpr))
        return true;
    const auto *join = castNode(JoinExpr, tree);
    const bool left = is_in_tree(join->larg, place);
    Node *side = left ? join->larg : join->rarg;
    const bool nullable = join->jointype == JOIN_FULL || join->jointype == (left ? JOIN_RIGHT : JOIN_LEFT);
    if (nullable && is_leaf(side, place))
        return join->jointype != JOIN_FULL && is_trivial(join->quals);
    for (int leaf = -1; nullable && (leaf = bms_next_member(leaves, leaf)) >= 0;)
        if (!is_in_tree(side, leaf))
            return false;
    return stands_beside(side, place, leaves);
}

/** One row of aggregates, whatever there is. */
bool only_aggregates(const Query *query) {
    return query->hasAggs && query->groupClause == NIL && query->groupingSets == NIL && query->havingQual == nullptr &&
           query->setOperations == nullptr && query->distinctClause == NIL && query->limitCount == nullptr &&
           query->limitOffset == nullptr && query->rowMarks == NIL && query->cteList == NIL && !query->hasWindowFuncs &&
           !query->hasTargetSRFs;
}

/** Of the same rows? Entries for tables also say which columns are read. */
bool are_made_of_same(const Query *one, const Query *other) {
    if (!equal(one->jointree, other->jointree) || list_length(one->rtable) != list_length(other->rtable))
        return false;
    ListCell *a;
    ListCell *b;
    forboth(a, one->rtable, b, other->rtable) {
        const auto *left = lfirst_node(RangeTblEntry, a);
        const auto *right = lfirst_node(RangeTblEntry, b);
        if (left->rtekind != right->rtekind || (left->rtekind != RTE_RELATION && left->rtekind != RTE_JOIN) ||
            left->relid != right->relid || left->inh != right->inh || left->tablesample != nullptr)
            return false;
    }
    return true;
}

/** Adds the place of one more reading of the source; false: it is not one of this group. */
bool add(Query *query, const Step *step, GroupBeside *group) {
    if (step->kind == StepKind::subquery) {
        const bool first = !group->found();
        group->place = step->rtindex;
        group->subquery = rt_fetch(step->rtindex, query->rtable)->subquery;
        return first;
    }
    if (step->kind != StepKind::sublink || step->join != nullptr || step->clause != nullptr || group->place > 0 ||
        step->link->subLinkType != EXPR_SUBLINK || list_member_ptr(group->links, step->link))
        return false;
    auto *subquery = castNode(Query, step->link->subselect);
    if (!only_aggregates(subquery) || (group->found() && !are_made_of_same(subquery, group->subquery)))
        return false;
    group->subquery = group->found() ? group->subquery : subquery;
    group->links = lappend(group->links, step->link);
    return true;
}

} // namespace

TargetEntry *GroupBeside::column(Node *node) const {
    if (list_member_ptr(links, node))
        return linitial_node(TargetEntry, castNode(Query, castNode(SubLink, node)->subselect)->targetList);
    const Var *var = IsA(node, Var) ? castNode(Var, node) : nullptr;
    const bool found = var != nullptr && place > 0 && static_cast<int>(var->varno) == place && var->varlevelsup == 0;
    return found && var->varattno > 0 ? list_nth_node(TargetEntry, subquery->targetList, var->varattno - 1) : nullptr;
}

bool GroupBeside::is_in(Node *expression) const {
    return mentions(expression, *this, nullptr);
}

GroupBeside find_group_beside(Query *query, Oid source) {
    GroupBeside group = {0, NIL, nullptr};
    ListCell *cell;
    foreach (cell, find_occurrences(query)) {
        const auto *occurrence = static_cast<Occurrence *>(lfirst(cell));
        if (occurrence->source != source)
            continue;
        if (list_length(occurrence->path) != 2 || !add(query, static_cast<Step *>(linitial(occurrence->path)), &group))
            return {0, NIL, nullptr};
    }
    return group;
}

List *ties_of(Query *query, const GroupBeside &group, bool *fits) {
    if (group.correlated()) {
        *fits = !decides_rows(query, group, nullptr);
        return conjuncts(group.subquery->jointree->quals);
    }
    const JoinExpr *join = group.place > 0 ? join_of(query, group.place) : nullptr;
    *fits = join != nullptr && !decides_rows(query, group, join->quals);
    return *fits ? conjuncts(join->quals) : NIL;
}

bool stands_beside(const Query *query, const GroupBeside &group, Relids leaves) {
    ListCell *cell;
    foreach (cell, query->jointree->fromlist)
        if (group.place > 0 && is_in_tree(static_cast<Node *>(lfirst(cell)), group.place) &&
            !stands_beside(static_cast<Node *>(lfirst(cell)), group.place, leaves))
            return false;
    return true;
}

} // namespace pgtv::plan
