// Walks a normalized query and lists the paths to its source tables.

#include "pg/postgres.hpp"
#include "plan/occurrence.hpp"

namespace pgtv::plan {
namespace {

struct Finder {
    List *found = NIL; // of Occurrence *
    List *path = NIL;  // of Step *, the current position

    void visit(Query *query);

private:
    void visit_jointree(Query *query, Node *node);
    void visit_leaf(Query *query, int rtindex);
    void visit_set_operation(Query *query, Node *node);
    void visit_links(Node *node, JoinExpr *join, bool may_be_conjunct);
    void visit_links_elsewhere(Node *node);
    void visit_recursive(Query *query);
    void down(const Step &step, Query *query);
    void record(Oid source, const Step &step);

    static bool collect_links(Node *node, void *argument);
    static bool collect_relations(Node *node, void *argument);
};

Step *palloc_step(const Step &step) {
    Step *copy = static_cast<Step *>(palloc(sizeof(Step)));
    *copy = step;
    return copy;
}

void Finder::record(Oid source, const Step &step) {
    Occurrence *occurrence = static_cast<Occurrence *>(palloc(sizeof(Occurrence)));
    occurrence->source = source;
    occurrence->path = lappend(list_copy(path), palloc_step(step));
    found = lappend(found, occurrence);
}

void Finder::down(const Step &step, Query *query) {
    path = lappend(path, palloc_step(step));
    visit(query);
    path = list_delete_last(path);
}

void Finder::visit(Query *query) {
    check_stack_depth();
    if (query->setOperations != nullptr) {
        visit_set_operation(query, query->setOperations);
    } else {
        visit_jointree(query, reinterpret_cast<Node *>(query->jointree));
        visit_links(reinterpret_cast<Node *>(query->targetList), nullptr, false);
        visit_links(query->havingQual, nullptr, false);
    }
    visit_recursive(query);
    visit_links_elsewhere(query->limitCount);
    visit_links_elsewhere(query->limitOffset);
    visit_links_elsewhere(reinterpret_cast<Node *>(query->windowClause));
}

void Finder::visit_jointree(Query *query, Node *node) {
    if (IsA(node, RangeTblRef)) {
        visit_leaf(query, castNode(RangeTblRef, node)->rtindex);
    } else if (IsA(node, FromExpr)) {
        FromExpr *from = castNode(FromExpr, node);
        ListCell *cell;
        foreach (cell, from->fromlist)
            visit_jointree(query, static_cast<Node *>(lfirst(cell)));
        visit_links(from->quals, nullptr, true);
    } else {
        JoinExpr *join = castNode(JoinExpr, node);
        visit_jointree(query, join->larg);
        visit_jointree(query, join->rarg);
        visit_links(join->quals, join, true);
    }
}

void Finder::visit_leaf(Query *query, int rtindex) {
    RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
    switch (rte->rtekind) {
    case RTE_RELATION:
        record(rte->relid, Step{StepKind::relation, rtindex, nullptr, nullptr, nullptr});
        break;
    case RTE_SUBQUERY:
        down(Step{StepKind::subquery, rtindex, nullptr, nullptr, nullptr}, rte->subquery);
        break;
    case RTE_FUNCTION:
        visit_links_elsewhere(reinterpret_cast<Node *>(rte->functions));
        break;
    case RTE_TABLEFUNC:
        visit_links_elsewhere(reinterpret_cast<Node *>(rte->tablefunc));
        break;
    case RTE_VALUES:
        visit_links_elsewhere(reinterpret_cast<Node *>(rte->values_lists));
        break;
    default:
        break;
    }
}

void Finder::visit_set_operation(Query *query, Node *node) {
    if (IsA(node, SetOperationStmt)) {
        visit_set_operation(query, castNode(SetOperationStmt, node)->larg);
        visit_set_operation(query, castNode(SetOperationStmt, node)->rarg);
        return;
    }
    const int rtindex = castNode(RangeTblRef, node)->rtindex;
    down(Step{StepKind::branch, rtindex, nullptr, nullptr, nullptr}, rt_fetch(rtindex, query->rtable)->subquery);
}

bool Finder::collect_links(Node *node, void *argument) {
    if (node == nullptr || IsA(node, Query))
        return false;
    if (IsA(node, SubLink)) {
        List **links = static_cast<List **>(argument);
        *links = lappend(*links, node);
        return collect_links(castNode(SubLink, node)->testexpr, argument);
    }
    return compat::walk_children(node, collect_links, argument);
}

void Finder::visit_links(Node *node, JoinExpr *join, bool may_be_conjunct) {
    List *links = NIL;
    collect_links(node, &links);
    if (links == NIL)
        return;
    List *clauses = may_be_conjunct ? conjuncts(node) : NIL;
    ListCell *cell;
    foreach (cell, links) {
        SubLink *link = lfirst_node(SubLink, cell);
        Node *clause = list_member_ptr(clauses, link) ? reinterpret_cast<Node *>(link) : nullptr;
        down(Step{StepKind::sublink, 0, link, join, clause}, castNode(Query, link->subselect));
    }
}

bool Finder::collect_relations(Node *node, void *argument) {
    if (node == nullptr)
        return false;
    if (IsA(node, RangeTblEntry)) {
        const RangeTblEntry *rte = castNode(RangeTblEntry, node);
        List **oids = static_cast<List **>(argument);
        if (rte->rtekind == RTE_RELATION && rte->inFromCl)
            *oids = lappend_oid(*oids, rte->relid);
        return false;
    }
    if (IsA(node, Query))
        return compat::walk_query(castNode(Query, node), collect_relations, argument, QTW_EXAMINE_RTES_BEFORE);
    return compat::walk_children(node, collect_relations, argument);
}

void Finder::visit_links_elsewhere(Node *node) {
    List *oids = NIL;
    collect_relations(node, &oids);
    ListCell *cell;
    foreach (cell, oids)
        record(lfirst_oid(cell), Step{StepKind::elsewhere, 0, nullptr, nullptr, nullptr});
}

void Finder::visit_recursive(Query *query) {
    List *oids = NIL;
    ListCell *cell;
    foreach (cell, query->cteList)
        collect_relations(lfirst_node(CommonTableExpr, cell)->ctequery, &oids);
    foreach (cell, oids)
        record(lfirst_oid(cell), Step{StepKind::recursion, 0, nullptr, nullptr, nullptr});
}

} // namespace

List *conjuncts(Node *condition) {
    if (condition == nullptr)
        return NIL;
    if (IsA(condition, List)) {
        List *result = NIL;
        ListCell *cell;
        foreach (cell, castNode(List, condition))
            result = list_concat(result, conjuncts(static_cast<Node *>(lfirst(cell))));
        return result;
    }
    if (is_andclause(condition))
        return conjuncts(reinterpret_cast<Node *>(castNode(BoolExpr, condition)->args));
    return list_make1(condition);
}

List *find_occurrences(Query *query) {
    Finder finder;
    finder.visit(query);
    return finder.found;
}

Node *strip_relabel(Node *node) {
    while (node != nullptr && IsA(node, RelabelType))
        node = reinterpret_cast<Node *>(castNode(RelabelType, node)->arg);
    return node;
}

} // namespace pgtv::plan
