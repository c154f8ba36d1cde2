// Builds the Query of an opened level: kept items, kept conditions, needed columns.

#include "pg/postgres.hpp"
#include "plan/join_entry.hpp"
#include "plan/opened.hpp"
#include "plan/pruning.hpp"
#include "plan/set_operation.hpp"

namespace pgtv::plan {
namespace {

// ---- which columns of which leaf are used

struct Uses {
    Bitmapset **columns; // [leaf]
    int leaf_count;
    int levels_up;
};

bool note_uses(Node *node, void *argument) {
    Uses *uses = static_cast<Uses *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Var)) {
        const Var *var = castNode(Var, node);
        if (static_cast<int>(var->varlevelsup) == uses->levels_up && var->varno > 0 && var->varno <= uses->leaf_count &&
            var->varattno > 0)
            uses->columns[var->varno] = bms_add_member(uses->columns[var->varno], var->varattno);
        return false;
    }
    if (IsA(node, Query)) {
        ++uses->levels_up;
        compat::walk_query(castNode(Query, node), note_uses, uses, 0);
        --uses->levels_up;
        return false;
    }
    return compat::walk_children(node, note_uses, uses);
}

class Assembly {
public:
    Assembly(const Opened *opened, Bitmapset *needed, bool exact);
    Query *query();

private:
    void note_needed_columns();
    void note_subtree(Node *tree);
    void place_items();
    void place_leaves(const Item *item, Node *tree);
    void place_leaf(const Item *item, int rtindex);
    void append_item(const Item *item);
    JoinExpr *fresh_join(JoinType type, Node *left, Node *right, Node *quals);
    List *target_list();

    const Level *level_;
    const Variant *variant_;
    Bitmapset *needed_;
    bool exact_;
    Bitmapset *items_ = nullptr;
    Uses uses_{};
    List *rtable_ = NIL;
    List *from_ = NIL;
};

Assembly::Assembly(const Opened *opened, Bitmapset *needed, bool exact)
    : level_(opened->level), variant_(opened->variant), needed_(needed), exact_(exact) {
    Relids wanted = nullptr;
    ListCell *cell;
    foreach (cell, level_->query->targetList) {
        const TargetEntry *entry = lfirst_node(TargetEntry, cell);
        if (!entry->resjunk && bms_is_member(entry->resno, needed))
            wanted = bms_join(wanted, pull_varnos(nullptr, output_expression(level_, variant_, entry)));
    }
    const Pruned pruned = prune(level_, variant_, wanted, exact);
    if (!pruned.possible)
        elog(ERROR, "pg_tviews: a column of a derivation cannot be reached");
    items_ = pruned.items;
    uses_.leaf_count = level_->scope.leaf_count;
    uses_.columns = static_cast<Bitmapset **>(palloc0(sizeof(Bitmapset *) * static_cast<Size>(uses_.leaf_count + 1)));
}

// ---- range table

void Assembly::note_subtree(Node *tree) {
    if (!IsA(tree, JoinExpr))
        return;
    note_uses(castNode(JoinExpr, tree)->quals, &uses_);
    note_subtree(castNode(JoinExpr, tree)->larg);
    note_subtree(castNode(JoinExpr, tree)->rarg);
}

void Assembly::note_needed_columns() {
    ListCell *cell;
    foreach (cell, kept_conditions(variant_, items_))
        note_uses(static_cast<Condition *>(lfirst(cell))->clause, &uses_);
    foreach (cell, level_->query->targetList) {
        const TargetEntry *entry = lfirst_node(TargetEntry, cell);
        if (!entry->resjunk && bms_is_member(entry->resno, needed_))
            note_uses(output_expression(level_, variant_, entry), &uses_);
    }
    int position = -1;
    while ((position = bms_next_member(items_, position)) >= 0) {
        const Item *item = static_cast<Item *>(list_nth(variant_->items, position));
        note_uses(item->on, &uses_);
        note_subtree(item->tree);
    }
}

void name_columns(RangeTblEntry *rte) {
    const bool names_from_inside = rte->eref->colnames == NIL;
    ListCell *cell;
    foreach (cell, rte->subquery->targetList) {
        TargetEntry *entry = lfirst_node(TargetEntry, cell);
        if (names_from_inside)
            rte->eref->colnames =
                lappend(rte->eref->colnames, makeString(psprintf("column%d", static_cast<int>(entry->resno))));
        if (entry->resno <= list_length(rte->eref->colnames))
            entry->resname = strVal(list_nth(rte->eref->colnames, entry->resno - 1));
    }
}

void Assembly::place_leaf(const Item *item, int rtindex) {
    const Leaf &leaf = level_->leaves[rtindex];
    RangeTblEntry *rte = static_cast<RangeTblEntry *>(copyObjectImpl(leaf.entry));
    rte->inFromCl = true;
    Node *lateral = nullptr;
    if (leaf.opened != nullptr) {
        Query *subquery = materialize(leaf.opened, uses_.columns[rtindex], exact_ || item->exact);
        rte->subquery = castNode(Query, with_nulls(reinterpret_cast<Node *>(subquery), item->nulled, 1));
        name_columns(rte);
        lateral = reinterpret_cast<Node *>(rte->subquery);
    } else if (rte->rtekind == RTE_FUNCTION) {
        lateral = with_nulls(reinterpret_cast<Node *>(rte->functions), item->nulled, 0);
        rte->functions = castNode(List, lateral);
    } else if (rte->rtekind == RTE_TABLEFUNC) {
        lateral = with_nulls(reinterpret_cast<Node *>(rte->tablefunc), item->nulled, 0);
        rte->tablefunc = castNode(TableFunc, lateral);
    } else if (rte->rtekind == RTE_VALUES) {
        lateral = with_nulls(reinterpret_cast<Node *>(rte->values_lists), item->nulled, 0);
        rte->values_lists = castNode(List, lateral);
    }
    note_uses(lateral, &uses_);
    lfirst(list_nth_cell(rtable_, rtindex - 1)) = rte;
}

/** From right to left, so that lateral references are noted before the leaves they refer to are built. */
void Assembly::place_leaves(const Item *item, Node *tree) {
    if (IsA(tree, RangeTblRef)) {
        place_leaf(item, castNode(RangeTblRef, tree)->rtindex);
        return;
    }
    place_leaves(item, castNode(JoinExpr, tree)->rarg);
    place_leaves(item, castNode(JoinExpr, tree)->larg);
}

void Assembly::place_items() {
    for (int i = 0; i < level_->scope.leaf_count; ++i)
        rtable_ = lappend(rtable_, unused_entry());
    int position = list_length(variant_->items);
    while ((position = bms_prev_member(items_, position)) >= 0) {
        const Item *item = static_cast<Item *>(list_nth(variant_->items, position));
        place_leaves(item, item->tree);
    }
}

// ---- join tree

JoinExpr *Assembly::fresh_join(JoinType type, Node *left, Node *right, Node *quals) {
    JoinExpr *join = make_join(type, left, right, &rtable_);
    join->quals = quals;
    return join;
}

void Assembly::append_item(const Item *item) {
    Node *tree = rebuild_tree(item->tree, &rtable_);
    if (!item->outer || from_ == NIL) {
        from_ = lappend(from_, tree);
        return;
    }
    Node *before = static_cast<Node *>(linitial(from_));
    ListCell *cell;
    for_each_from(cell, from_, 1) before =
        reinterpret_cast<Node *>(fresh_join(JOIN_INNER, before, static_cast<Node *>(lfirst(cell)), nullptr));
    from_ = list_make1(fresh_join(JOIN_LEFT, before, tree, item->on));
}

List *Assembly::target_list() {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, level_->query->targetList) {
        const TargetEntry *entry = lfirst_node(TargetEntry, cell);
        if (entry->resjunk)
            continue;
        Node *expression = reinterpret_cast<Node *>(entry->expr);
        expression = bms_is_member(entry->resno, needed_)
                         ? output_expression(level_, variant_, entry)
                         : reinterpret_cast<Node *>(
                               makeNullConst(exprType(expression), exprTypmod(expression), exprCollation(expression)));
        result = lappend(result, makeTargetEntry(static_cast<Expr *>(copyObjectImpl(expression)), entry->resno,
                                                 entry->resname, false));
    }
    return result;
}

Query *Assembly::query() {
    note_needed_columns();
    place_items();
    int position = -1;
    while ((position = bms_next_member(items_, position)) >= 0)
        append_item(static_cast<Item *>(list_nth(variant_->items, position)));
    List *clauses = NIL;
    ListCell *cell;
    foreach (cell, kept_conditions(variant_, items_))
        clauses = lappend(clauses, static_cast<Condition *>(lfirst(cell))->clause);
    Query *result = makeNode(Query);
    result->commandType = CMD_SELECT;
    result->canSetTag = true;
    result->targetList = target_list();
    result->jointree =
        makeFromExpr(from_, clauses == NIL ? nullptr : reinterpret_cast<Node *>(make_ands_explicit(clauses)));
    result->rtable = rtable_;
    return result;
}

} // namespace

Query *materialize(const Opened *opened, Bitmapset *needed, bool exact) {
    check_stack_depth();
    if (opened->kind != OpenedKind::level)
        return materialize_set_operation(opened, needed, exact);
    Assembly assembly(opened, needed, exact);
    return static_cast<Query *>(copyObjectImpl(assembly.query()));
}

} // namespace pgtv::plan
