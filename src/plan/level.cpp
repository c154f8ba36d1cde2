// Flattens the FROM clause of a query level into variants. The rules for outer joins are in docs/ARCHITECTURE.md
// ("Deriving the affected keys"): a change inside the nullable side of a join also moves rows that are null-extended.

#include "pg/postgres.hpp"
#include "plan/level.hpp"

#include "pg/nodes.hpp"

namespace pgtv::plan {
namespace {

class Builder {
public:
    explicit Builder(const Level *level) : level_(level) {}
    List *build(Node *node);

private:
    List *build_leaf(RangeTblRef *reference);
    List *build_from(FromExpr *from);
    List *build_join(JoinExpr *join);
    List *build_inner(Node *left, Node *right, Node *quals);
    List *build_left(Node *preserved, Node *nullable, Node *quals);
    List *build_full(JoinExpr *join);
    List *build_at_condition(JoinExpr *join);
    List *combine(List *left, List *right);
    Variant *fork(const Variant *variant, Node *nulled_side);
    void add_conditions(Variant *variant, Node *quals);
    void add_outer(Variant *variant, Node *nullable, Node *quals);
    Item *opaque_item(Node *tree);
    bool subtree_is_exact(Node *tree);
    bool contains_site(Node *tree);
    bool condition_is_usable(Node *clause);

    const Level *level_;
};

Relids leaves_of(Node *tree) {
    if (IsA(tree, RangeTblRef))
        return bms_make_singleton(castNode(RangeTblRef, tree)->rtindex);
    Relids result = nullptr;
    if (IsA(tree, FromExpr)) {
        ListCell *cell;
        foreach (cell, castNode(FromExpr, tree)->fromlist)
            result = bms_join(result, leaves_of(static_cast<Node *>(lfirst(cell))));
        return result;
    }
    return bms_join(leaves_of(castNode(JoinExpr, tree)->larg), leaves_of(castNode(JoinExpr, tree)->rarg));
}

bool contains_join(Node *tree, const JoinExpr *join) {
    if (tree == reinterpret_cast<const Node *>(join))
        return true;
    if (IsA(tree, FromExpr)) {
        ListCell *cell;
        foreach (cell, castNode(FromExpr, tree)->fromlist)
            if (contains_join(static_cast<Node *>(lfirst(cell)), join))
                return true;
    }
    if (IsA(tree, JoinExpr))
        return contains_join(castNode(JoinExpr, tree)->larg, join) ||
               contains_join(castNode(JoinExpr, tree)->rarg, join);
    return false;
}

/** Is the path's next step inside `tree`: its leaf, or a sublink in one of its join conditions? */
bool Builder::contains_site(Node *tree) {
    const Step *step = level_->step;
    if (step == nullptr)
        return false;
    if (step->kind == StepKind::sublink)
        return step->join != nullptr && contains_join(tree, step->join);
    return bms_is_member(step->rtindex, leaves_of(tree));
}

bool Builder::condition_is_usable(Node *clause) {
    return usable_condition(clause, &level_->scope) && !expression_returns_set(clause);
}

// ---- pieces

Relids depends_of(const Level *level, Relids leaves) {
    Relids depends = nullptr;
    int leaf = -1;
    while ((leaf = bms_next_member(leaves, leaf)) >= 0)
        depends = bms_add_members(depends, level->leaves[leaf].depends);
    return bms_del_members(depends, leaves);
}

/** A subtree that is read as a whole, or not at all. */
Item *Builder::opaque_item(Node *tree) {
    Item item{};
    item.tree = tree;
    item.leaves = leaves_of(tree);
    item.depends = depends_of(level_, item.leaves);
    item.usable = subtree_is_exact(tree);
    item.exact = true;
    return pg::make(item);
}

bool Builder::subtree_is_exact(Node *tree) {
    if (IsA(tree, RangeTblRef)) {
        const int rtindex = castNode(RangeTblRef, tree)->rtindex;
        return level_->scope.leaves[rtindex].usable && level_->leaves[rtindex].can_be_exact;
    }
    Node *quals;
    if (IsA(tree, FromExpr)) {
        quals = castNode(FromExpr, tree)->quals;
        ListCell *cell;
        foreach (cell, castNode(FromExpr, tree)->fromlist)
            if (!subtree_is_exact(static_cast<Node *>(lfirst(cell))))
                return false;
    } else {
        quals = castNode(JoinExpr, tree)->quals;
        if (!subtree_is_exact(castNode(JoinExpr, tree)->larg) || !subtree_is_exact(castNode(JoinExpr, tree)->rarg))
            return false;
    }
    ListCell *cell;
    foreach (cell, conjuncts(quals))
        if (!condition_is_usable(static_cast<Node *>(lfirst(cell))))
            return false;
    return true;
}

/** WHERE or an inner join's ON: each conjunct is a filter that may be dropped. */
void Builder::add_conditions(Variant *variant, Node *quals) {
    ListCell *cell;
    foreach (cell, conjuncts(quals)) {
        Node *clause = with_nulls(static_cast<Node *>(lfirst(cell)), variant->nulled, 0);
        if (!condition_is_usable(clause)) {
            variant->complete = false;
            continue;
        }
        variant->conditions = lappend(
            variant->conditions, pg::make(Condition{clause, pull_varnos(nullptr, clause), refers_above(clause, 0)}));
    }
}

/** LEFT JOIN of `nullable` to the variant: a condition that cannot be kept whole makes the item unusable. */
void Builder::add_outer(Variant *variant, Node *nullable, Node *quals) {
    Item *item = opaque_item(nullable);
    item->outer = true;
    item->nulled = variant->nulled;
    item->on = with_nulls(quals, variant->nulled, 0);
    ListCell *cell;
    foreach (cell, conjuncts(item->on))
        if (!condition_is_usable(static_cast<Node *>(lfirst(cell))))
            item->usable = false;
    Relids read = item->on == nullptr ? nullptr : pull_varnos(nullptr, item->on);
    item->depends = bms_union(item->depends, bms_difference(read, item->leaves));
    // Even with ON true it must stay behind something of the preserved side, or it would lose its NULL row.
    if (bms_is_empty(item->depends))
        item->depends = bms_copy(static_cast<Item *>(linitial(variant->items))->leaves);
    variant->items = lappend(variant->items, item);
}

/** Both sides in one sequence; at most one of them contains the site and so has several variants. */
List *Builder::combine(List *left, List *right) {
    List *result = NIL;
    ListCell *left_cell;
    foreach (left_cell, left) {
        ListCell *right_cell;
        foreach (right_cell, right) {
            const Variant *a = static_cast<Variant *>(lfirst(left_cell));
            const Variant *b = static_cast<Variant *>(lfirst(right_cell));
            Variant both{};
            both.nulled = bms_union(a->nulled, b->nulled);
            both.complete = a->complete && b->complete;
            both.conditions = list_concat_copy(a->conditions, b->conditions);
            both.items = list_copy(a->items);
            ListCell *cell;
            foreach (cell, b->items) {
                Item *item = pg::make(*static_cast<Item *>(lfirst(cell)));
                item->nulled = bms_union(item->nulled, a->nulled);
                both.items = lappend(both.items, item);
            }
            result = lappend(result, pg::make(both));
        }
    }
    return result;
}

/** The same rows, seen from above with the whole of `nulled_side` NULL. */
Variant *Builder::fork(const Variant *variant, Node *nulled_side) {
    Variant *copy = pg::make(*variant);
    copy->items = list_copy(variant->items);
    copy->conditions = list_copy(variant->conditions);
    copy->nulled = bms_union(variant->nulled, leaves_of(nulled_side));
    return copy;
}

// ---- nodes of the join tree

List *Builder::build(Node *node) {
    check_stack_depth();
    if (IsA(node, RangeTblRef))
        return build_leaf(castNode(RangeTblRef, node));
    if (IsA(node, FromExpr))
        return build_from(castNode(FromExpr, node));
    return build_join(castNode(JoinExpr, node));
}

List *Builder::build_leaf(RangeTblRef *reference) {
    Item item{};
    item.tree = reinterpret_cast<Node *>(reference);
    item.leaves = bms_make_singleton(reference->rtindex);
    item.depends = depends_of(level_, item.leaves);
    item.usable = level_->scope.leaves[reference->rtindex].usable;
    Variant variant{};
    variant.items = list_make1(pg::make(item));
    variant.complete = true;
    return list_make1(pg::make(variant));
}

List *Builder::build_from(FromExpr *from) {
    Variant nothing{};
    nothing.complete = true;
    List *result = list_make1(pg::make(nothing));
    ListCell *cell;
    foreach (cell, from->fromlist)
        result = combine(result, build(static_cast<Node *>(lfirst(cell))));
    foreach (cell, result)
        add_conditions(static_cast<Variant *>(lfirst(cell)), from->quals);
    return result;
}

List *Builder::build_join(JoinExpr *join) {
    if (level_->step != nullptr && level_->step->join == join)
        return build_at_condition(join);
    switch (join->jointype) {
    case JOIN_LEFT:
        return build_left(join->larg, join->rarg, join->quals);
    case JOIN_RIGHT:
        return build_left(join->rarg, join->larg, join->quals);
    case JOIN_FULL:
        return build_full(join);
    default:
        return build_inner(join->larg, join->rarg, join->quals);
    }
}

List *Builder::build_inner(Node *left, Node *right, Node *quals) {
    List *result = combine(build(left), build(right));
    ListCell *cell;
    foreach (cell, result)
        add_conditions(static_cast<Variant *>(lfirst(cell)), quals);
    return result;
}

List *Builder::build_left(Node *preserved, Node *nullable, Node *quals) {
    if (!contains_site(nullable)) {
        List *result = build(preserved);
        ListCell *cell;
        foreach (cell, result)
            add_outer(static_cast<Variant *>(lfirst(cell)), nullable, quals);
        return result;
    }
    List *alive = build_inner(preserved, nullable, quals);
    List *result = list_copy(alive);
    ListCell *cell;
    foreach (cell, alive)
        result = lappend(result, fork(static_cast<Variant *>(lfirst(cell)), nullable));
    return result;
}

List *Builder::build_full(JoinExpr *join) {
    const bool in_left = contains_site(join->larg);
    if (!in_left && !contains_site(join->rarg)) {
        Variant variant{};
        variant.items = list_make1(opaque_item(reinterpret_cast<Node *>(join)));
        variant.complete = true;
        return list_make1(pg::make(variant));
    }
    Node *changed = in_left ? join->larg : join->rarg;
    Node *other = in_left ? join->rarg : join->larg;
    List *result = build(changed); // with or without a partner …
    ListCell *cell;
    foreach (cell, result)
        add_outer(static_cast<Variant *>(lfirst(cell)), other, join->quals);
    foreach (cell, build_inner(changed, other, join->quals)) // … and partners that lose or find theirs
        result = lappend(result, fork(static_cast<Variant *>(lfirst(cell)), changed));
    return result;
}

/** The change comes in through a sublink in the join's own condition. */
List *Builder::build_at_condition(JoinExpr *join) {
    List *alive = build_inner(join->larg, join->rarg, join->quals);
    List *result = list_copy(alive);
    ListCell *cell;
    foreach (cell, alive) {
        const Variant *variant = static_cast<Variant *>(lfirst(cell));
        if (join->jointype == JOIN_LEFT || join->jointype == JOIN_FULL)
            result = lappend(result, fork(variant, join->rarg));
        if (join->jointype == JOIN_RIGHT || join->jointype == JOIN_FULL)
            result = lappend(result, fork(variant, join->larg));
    }
    return result;
}

// ---- tree helpers

struct NullContext {
    Relids leaves;
    int levels_up;
};

Node *null_columns(Node *node, void *argument) {
    NullContext *context = static_cast<NullContext *>(argument);
    if (node == nullptr)
        return nullptr;
    if (IsA(node, Var)) {
        const Var *var = castNode(Var, node);
        if (static_cast<int>(var->varlevelsup) == context->levels_up && bms_is_member(var->varno, context->leaves))
            return reinterpret_cast<Node *>(makeNullConst(var->vartype, var->vartypmod, var->varcollid));
        return static_cast<Node *>(copyObjectImpl(node));
    }
    if (IsA(node, Query)) {
        ++context->levels_up;
        Query *result = compat::mutate_query(castNode(Query, node), null_columns, context, 0);
        --context->levels_up;
        return reinterpret_cast<Node *>(result);
    }
    return compat::mutate_children(node, null_columns, context);
}

bool finds_above(Node *node, void *argument) {
    int *levels_up = static_cast<int *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Var))
        return static_cast<int>(castNode(Var, node)->varlevelsup) > *levels_up;
    if (IsA(node, Query)) {
        ++*levels_up;
        const bool found = compat::walk_query(castNode(Query, node), finds_above, levels_up, 0);
        --*levels_up;
        return found;
    }
    return compat::walk_children(node, finds_above, levels_up);
}

/** A condition that is false or NULL for every row, as those about null-extended columns often are. */
bool never_true(const Variant *variant) {
    ListCell *cell;
    foreach (cell, variant->conditions) {
        Node *clause = eval_const_expressions(nullptr, static_cast<Condition *>(lfirst(cell))->clause);
        if (IsA(clause, Const) &&
            (castNode(Const, clause)->constisnull || !DatumGetBool(castNode(Const, clause)->constvalue)))
            return true;
    }
    return false;
}

} // namespace

Node *with_nulls(Node *node, Relids leaves, int levels_up) {
    if (node == nullptr || bms_is_empty(leaves))
        return node;
    NullContext context{leaves, levels_up};
    if (IsA(node, Query)) // levels_up counts from inside this query
        return reinterpret_cast<Node *>(compat::mutate_query(castNode(Query, node), null_columns, &context, 0));
    return null_columns(node, &context);
}

bool refers_above(Node *node, int levels_up) {
    if (node != nullptr && IsA(node, Query))
        return compat::walk_query(castNode(Query, node), finds_above, &levels_up, 0);
    return finds_above(node, &levels_up);
}

List *build_variants(const Level *level) {
    Builder builder(level);
    List *result = NIL;
    ListCell *cell;
    foreach (cell, builder.build(reinterpret_cast<Node *>(level->query->jointree)))
        if (level->step == nullptr || !never_true(static_cast<Variant *>(lfirst(cell))))
            result = lappend(result, lfirst(cell));
    return result;
}

} // namespace pgtv::plan
