// When a row joins the stored group of its key, the other relations' rows in that group are known to join with it too,
// if they are found through the key alone and are one each: then nothing but the row's own columns decides what it adds.
// Pure; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/direct_contribution.hpp"

#include "plan/occurrence.hpp"
#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

struct ColumnsOfLeaf {
    int leaf;
    Bitmapset *columns = nullptr;
    bool others = false; // columns of other leaves, whole rows, system columns
};

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

ColumnsOfLeaf columns_in(Node *node, int leaf) {
    ColumnsOfLeaf found{leaf};
    note_columns(node, &found);
    return found;
}

/** The source's leaf in the query, and K as its columns. */
struct ChangedLeaf {
    const Rule *rule;
    const Query *query;
    const SourceRule *source;
    int leaf;
    const Bitmapset *key;

    bool take_conditions(Node *quals, List **own) const;
    bool take_joins(Node *tree, List **own) const;
    bool take_optional(const JoinExpr *join, List **own) const;
    [[nodiscard]] bool is(const Node *tree) const {
        return IsA(tree, RangeTblRef) && reinterpret_cast<const RangeTblRef *>(tree)->rtindex == leaf;
    }
    [[nodiscard]] bool equates_key(Node *clause) const;
    [[nodiscard]] bool is_read_off(const char *output, AttrNumber attno) const;
};

/**
 * Sorts conditions: into *own if the changed row decides them; the others are the same for all rows of a group. False:
 * one depends on both sides by more than the key.
 */
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

/** The leaf is on the nullable side: that its group is there does not tell that a row of it would join. */
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
    if ((join->jointype == JOIN_LEFT && is(join->rarg)) || (join->jointype == JOIN_RIGHT && is(join->larg)))
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

bool reads_only(Node *node, int leaf) {
    return !columns_in(node, leaf).others;
}

/** Group columns that K does not cover must follow from it. */
bool fits_columns(const Query *query, const DeltaPlan *delta, int leaf, const Bitmapset *key) {
    for (int i = 0; i < delta->column_count; ++i) {
        Node *expression = reinterpret_cast<Node *>(list_nth_node(TargetEntry, query->targetList, i)->expr);
        if (delta->columns[i].combine == Combine::key || delta->columns[i].combine == Combine::carried) {
            if (!bms_is_subset(columns_in(expression, leaf).columns, key))
                return false;
            continue;
        }
        const Aggref *call = castNode(Aggref, expression);
        if (!reads_only(reinterpret_cast<Node *>(call->args), leaf) ||
            !reads_only(reinterpret_cast<Node *>(call->aggfilter), leaf))
            return false;
    }
    return true;
}

/** Every other leaf is a table of which the row joins with one row at most. */
bool partners_are_single(const Query *query, int leaf) {
    const Relids leaves = leaves_in_from(query);
    int next = -1;
    while ((next = bms_next_member(leaves, next)) >= 0)
        if (rt_fetch(next, query->rtable)->rtekind != RTE_RELATION)
            return false;
    return bms_is_subset(leaves, leaves_determined(query, leaf));
}

bool is_optional_alone(const Query *query, int leaf) {
    const ChangedLeaf changed{nullptr, query, nullptr, leaf, nullptr};
    List *trees = list_copy(query->jointree->fromlist);
    while (trees != NIL) {
        Node *tree = static_cast<Node *>(linitial(trees));
        trees = list_delete_first(trees);
        if (!IsA(tree, JoinExpr))
            continue;
        const JoinExpr *join = castNode(JoinExpr, tree);
        if ((join->jointype == JOIN_LEFT && changed.is(join->rarg)) ||
            (join->jointype == JOIN_RIGHT && changed.is(join->larg)))
            return true;
        trees = lappend(lappend(trees, join->larg), join->rarg);
    }
    return false;
}

const Bitmapset *key_columns(const SourceRule *source) {
    Bitmapset *key = nullptr;
    for (int i = 0; i < source->direct_count; ++i)
        key = bms_add_member(key, source->direct[i]);
    return key;
}

/** Is what one row contributes to a group that is there known from the row? Fills the conditions on the row. */
bool is_direct(const ChangedLeaf &changed, const DeltaPlan *delta, List **own) {
    const Query *query = changed.query;
    const bool alone = bms_num_members(leaves_in_from(query)) == 1;
    if (query->hasSubLinks || (changed.key == nullptr && !(delta->group_count == 0 && alone)) ||
        !partners_are_single(query, changed.leaf) || !fits_columns(query, delta, changed.leaf, changed.key) ||
        !changed.take_conditions(query->jointree->quals, own))
        return false;
    // The one group of an aggregate without GROUP BY is there whatever the conditions say.
    if (delta->group_count == 0 && list_length(*own) != list_length(conjuncts(query->jointree->quals)))
        return false;
    ListCell *cell;
    foreach (cell, query->jointree->fromlist)
        if (!changed.take_joins(static_cast<Node *>(lfirst(cell)), own))
            return false;
    // On the nullable side together with others: whether those join is not known either.
    return !changed.source->keeps_groups || is_optional_alone(query, changed.leaf);
}

} // namespace

DirectContribution *find_direct_contribution(const Rule *rule, const Query *query, const DeltaPlan *delta, int leaf,
                                             const SourceRule *source) {
    List *own = NIL;
    const ChangedLeaf changed{rule, query, source, leaf, key_columns(source)};
    if (!is_direct(changed, delta, &own))
        return nullptr;
    auto *direct = static_cast<DirectContribution *>(palloc0(sizeof(DirectContribution)));
    const Size size = sizeof(Expr *) * static_cast<Size>(delta->column_count);
    direct->source = source->source;
    direct->condition = own == NIL ? nullptr : make_ands_explicit(own);
    direct->arguments = static_cast<Expr **>(palloc0(size));
    direct->filters = static_cast<Expr **>(palloc0(size));
    for (int i = 0; i < delta->column_count; ++i) {
        const Expr *expression = list_nth_node(TargetEntry, query->targetList, i)->expr;
        if (!IsA(expression, Aggref))
            continue;
        const auto *call = reinterpret_cast<const Aggref *>(expression);
        direct->filters[i] = call->aggfilter;
        if (call->args != NIL)
            direct->arguments[i] = linitial_node(TargetEntry, call->args)->expr;
    }
    return direct;
}

DirectContribution *copy_direct_contribution(const DirectContribution *direct, const DeltaPlan *delta) {
    if (direct == nullptr)
        return nullptr;
    auto *copy = static_cast<DirectContribution *>(palloc(sizeof(DirectContribution)));
    const Size size = sizeof(Expr *) * static_cast<Size>(delta->column_count);
    *copy = *direct;
    copy->condition = static_cast<Expr *>(copyObjectImpl(direct->condition));
    copy->arguments = static_cast<Expr **>(palloc0(size));
    copy->filters = static_cast<Expr **>(palloc0(size));
    for (int i = 0; i < delta->column_count; ++i) {
        copy->arguments[i] = static_cast<Expr *>(copyObjectImpl(direct->arguments[i]));
        copy->filters[i] = static_cast<Expr *>(copyObjectImpl(direct->filters[i]));
    }
    return copy;
}

} // namespace pgtv::plan
