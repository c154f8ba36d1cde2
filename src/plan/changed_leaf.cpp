// Sorts the conditions of a query by what decides them: the changed row, or the key. Pure.

#include "pg/postgres.hpp"
#include "plan/changed_leaf.hpp"

#include "plan/occurrence.hpp"

namespace pgtv::plan {
namespace {

bool note_columns(Node *node, void *argument) {
    auto *found = static_cast<ColumnsOfLeaf *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Var)) {
        const Var *var = castNode(Var, node);
        if (var->varno == found->leaf && var->varattno > 0)
            found->columns = bms_add_member(found->columns, var->varattno);
        else
            found->others = true;
        return false;
    }
    return compat::walk_children(node, note_columns, argument);
}

} // namespace

ColumnsOfLeaf columns_in(Node *node, int leaf) {
    ColumnsOfLeaf found{leaf};
    note_columns(node, &found);
    return found;
}

bool ChangedLeaf::take_conditions(Node *quals, List **own) const {
    ListCell *cell;
    foreach (cell, conjuncts(quals)) {
        Node *clause = static_cast<Node *>(lfirst(cell));
        const ColumnsOfLeaf found = columns_in(clause, leaf);
        if (!found.others && found.columns != nullptr)
            *own = lappend(*own, clause);
        else if (!bms_is_subset(found.columns, key))
            return false;
    }
    return true;
}

/** `changed.d = other.k` where k is the column of K that is read off as d. */
bool ChangedLeaf::equates_key(Node *clause) const {
    if (!IsA(clause, OpExpr) || list_length(castNode(OpExpr, clause)->args) != 2)
        return false;
    const OpExpr *comparison = castNode(OpExpr, clause);
    Node *one = static_cast<Node *>(linitial(comparison->args));
    Node *other = static_cast<Node *>(lsecond(comparison->args));
    if (columns_in(one, leaf).others)
        std::swap(one, other);
    if (!IsA(one, Var) || columns_in(one, leaf).others || !op_mergejoinable(comparison->opno, exprType(one)))
        return false;
    ListCell *cell;
    foreach (cell, query->targetList) {
        const TargetEntry *entry = lfirst_node(TargetEntry, cell);
        if (equal(entry->expr, other) && is_read_off(entry->resname, castNode(Var, one)->varattno))
            return true;
    }
    return false;
}

/** Is `output` the column of K that the source's column `attno` stands for? */
bool ChangedLeaf::is_read_off(const char *output, AttrNumber attno) const {
    for (int i = 0; i < source->direct_count; ++i)
        if (source->direct[i] == attno && strcmp(rule->keys[i].name, output) == 0)
            return true;
    return false;
}

bool ChangedLeaf::take_optional(const JoinExpr *join, List **own) const {
    ListCell *cell;
    foreach (cell, conjuncts(join->quals)) {
        Node *clause = static_cast<Node *>(lfirst(cell));
        if (!columns_in(clause, leaf).others)
            *own = lappend(*own, clause);
        else if (!equates_key(clause))
            return false;
    }
    return true;
}

bool ChangedLeaf::take_joins(Node *tree, List **own) const {
    if (!IsA(tree, JoinExpr))
        return true;
    const JoinExpr *join = castNode(JoinExpr, tree);
    if (!take_joins(join->larg, own) || !take_joins(join->rarg, own))
        return false;
    if (is_optional_in(join))
        return take_optional(join, own);
    List *conditions = NIL;
    if (!take_conditions(join->quals, &conditions))
        return false;
    // In the ON of a join that makes others NULL, a condition on the changed row does not decide about the row.
    if (join->jointype != JOIN_INNER && conditions != NIL)
        return false;
    *own = list_concat(*own, conditions);
    return true;
}

const JoinExpr *ChangedLeaf::optional_join() const {
    List *trees = list_copy(query->jointree->fromlist);
    while (trees != NIL) {
        Node *tree = static_cast<Node *>(linitial(trees));
        trees = list_delete_first(trees);
        if (!IsA(tree, JoinExpr))
            continue;
        const JoinExpr *join = castNode(JoinExpr, tree);
        if (is_optional_in(join))
            return join;
        trees = lappend(lappend(trees, join->larg), join->rarg);
    }
    return nullptr;
}

int only_leaf(Query *query, Oid source) {
    int leaf = 0;
    ListCell *cell;
    foreach (cell, find_occurrences(query)) {
        const auto *occurrence = static_cast<Occurrence *>(lfirst(cell));
        if (occurrence->source != source)
            continue;
        const auto *step = static_cast<Step *>(linitial(occurrence->path));
        if (leaf != 0 || list_length(occurrence->path) != 1 || step->kind != StepKind::relation)
            return 0;
        leaf = step->rtindex;
    }
    return leaf;
}

ChangedLeaf changed_leaf(const Rule *rule, const Query *query, const SourceRule *source, int leaf) {
    Bitmapset *key = nullptr;
    for (int i = 0; i < source->direct_count; ++i)
        key = bms_add_member(key, source->direct[i]);
    return ChangedLeaf{rule, query, source, leaf, key};
}

} // namespace pgtv::plan
