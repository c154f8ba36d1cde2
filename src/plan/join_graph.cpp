// Finds the equalities by which a derivation query looks rows up. Which conditions hold for which leaves is what outer
// joins leave of them: a condition rules a row out unless the row is on the preserved side of its join. Pure.

#include "pg/postgres.hpp"
#include "plan/derivation_text.hpp"
#include "pg/nodes.hpp"
#include "plan/join_frames.hpp"
#include "plan/occurrence.hpp"

namespace pgtv::plan {
namespace {

constexpr int most_combinations = 64; // of branches of UNION ALL

/** Where a condition applies. */
struct Filter {
    const Frame *frame;
    Relids filtered; // leaves of the frame whose rows do not matter where it is false
    bool filters_frame;
};

class Collector {
public:
    explicit Collector(JoinGraph *graph) : graph_(graph) {}
    void level(const Frame *frame);

private:
    Relids tree(Node *node, const Frame *frame, bool required);
    void conditions(Node *quals, const Filter &filter);
    void equality(OpExpr *clause, int side, const Filter &filter);

    JoinGraph *graph_;
};

// ---- following columns into subqueries

/** The level whose select list gives the columns: of a set operation, that of the branch taken. */
const Frame *rows_of(const Frame *frame) {
    if (frame->query->setOperations == nullptr)
        return frame;
    int rtindex = 1;
    while (frame->inner[rtindex] == nullptr)
        ++rtindex;
    return rows_of(frame->inner[rtindex]);
}

/** What column `var` of a subquery is inside; nullptr: it cannot be told. */
Node *expression_inside(const Frame *frame, const Var *var) {
    const TargetEntry *entry = get_tle_by_resno(frame->query->targetList, var->varattno);
    if (entry == nullptr || exprType(reinterpret_cast<Node *>(entry->expr)) != var->vartype)
        return nullptr;
    return reinterpret_cast<Node *>(entry->expr);
}

struct Resolving {
    const Frame *frame;
    bool failed;
};

Node *resolve(Node *expression, const Frame *frame, bool *failed);

Node *resolve_var(const Var *var, Resolving *resolving) {
    const Frame *frame = frame_above(resolving->frame, var->varlevelsup);
    if (frame != nullptr && frame->readings[var->varno] > 0 && var->varattno > 0)
        return reinterpret_cast<Node *>(
            makeVar(frame->readings[var->varno], var->varattno, var->vartype, var->vartypmod, var->varcollid, 0));
    const Frame *inner = frame == nullptr ? nullptr : frame->inner[var->varno];
    Node *inside = inner == nullptr ? nullptr : expression_inside(rows_of(inner), var);
    if (inside != nullptr)
        return resolve(inside, rows_of(inner), &resolving->failed);
    resolving->failed = true;
    return reinterpret_cast<Node *>(makeNullConst(var->vartype, var->vartypmod, var->varcollid));
}

Node *resolve_node(Node *node, void *argument) {
    Resolving *resolving = static_cast<Resolving *>(argument);
    if (node == nullptr)
        return nullptr;
    switch (nodeTag(node)) {
    case T_Var:
        return resolve_var(castNode(Var, node), resolving);
    case T_Query:
    case T_SubLink:
    case T_Param:
    case T_Aggref:
    case T_GroupingFunc:
    case T_WindowFunc:
    case T_CurrentOfExpr:
        resolving->failed = true;
        return node;
    default:
        return compat::mutate_children(node, resolve_node, argument);
    }
}

bool reads_nullable(Node *expression, const Frame *frame) {
    for (int levels_up = 0; frame != nullptr; ++levels_up, frame = frame->around)
        if (bms_overlap(pull_varnos_of_level(nullptr, expression, levels_up), frame->nullable))
            return true;
    return false;
}

/**
 * The expression over columns of readings. Where it is not NULL, each of those readings has a row: fails if it is not
 * strict in a column that an outer join may have made NULL.
 */
Node *resolve(Node *expression, const Frame *frame, bool *failed) {
    if (contain_nonstrict_functions(expression) && reads_nullable(expression, frame))
        *failed = true;
    Resolving resolving{frame, false};
    Node *result = resolve_node(expression, &resolving);
    *failed = *failed || resolving.failed;
    return result;
}

/** Does the condition rule out rows of the leaf to which `var` refers? */
bool rules_out(const Filter &filter, const Var *var) {
    if (var->varlevelsup == 0)
        return bms_is_member(var->varno, filter.filtered);
    if (!filter.filters_frame)
        return false;
    const Frame *frame = filter.frame;
    for (Index level = 1; level < var->varlevelsup; ++level, frame = frame->around)
        if (!frame->required)
            return false;
    return bms_is_member(var->varno, frame->filters);
}

/** The table column that `node` is and whose rows the condition rules out; nullptr: there is none. */
const Var *column_of(Node *node, const Filter &filter) {
    node = same_value(node);
    if (!IsA(node, Var) || !rules_out(filter, castNode(Var, node)))
        return nullptr;
    const Frame *frame = frame_above(filter.frame, castNode(Var, node)->varlevelsup);
    while (true) {
        const Var *var = castNode(Var, node);
        if (var->varattno <= 0)
            return nullptr;
        if (frame->readings[var->varno] > 0)
            return makeVar(frame->readings[var->varno], var->varattno, var->vartype, var->vartypmod, var->varcollid, 0);
        if (frame->inner[var->varno] == nullptr)
            return nullptr;
        frame = rows_of(frame->inner[var->varno]);
        node = same_value(expression_inside(frame, var));
        if (node == nullptr || !IsA(node, Var) || castNode(Var, node)->varlevelsup != 0)
            return nullptr; // an expression, or a column of a relation outside that is handed through
    }
}

// ---- conditions

bool has_hash(Node *operand) {
    return OidIsValid(lookup_type_cache(getBaseType(exprType(operand)), TYPECACHE_HASH_PROC)->hash_proc);
}

bool is_hashed_equality(const OpExpr *clause) {
    if (list_length(clause->args) != 2 || clause->opretset || !op_strict(clause->opno))
        return false;
    Node *left = static_cast<Node *>(linitial(clause->args));
    Node *right = static_cast<Node *>(lsecond(clause->args));
    return op_hashjoinable(clause->opno, exprType(left)) && has_hash(left) && has_hash(right);
}

void Collector::equality(OpExpr *clause, int side, const Filter &filter) {
    const Var *column = column_of(static_cast<Node *>(list_nth(clause->args, 1 - side)), filter);
    Oid hashes[2];
    if (column == nullptr || !get_op_hash_functions(clause->opno, &hashes[0], &hashes[1]))
        return;
    const Reading *reading = static_cast<Reading *>(list_nth(graph_->readings, column->varno - 1));
    if (reading->changed || reading->computed)
        return;
    bool failed = false;
    Node *resolved = resolve(reinterpret_cast<Node *>(clause), filter.frame, &failed);
    if (failed || may_raise(list_make1(resolved)))
        return;
    Equality equality{};
    equality.reading = column->varno;
    equality.column = column->varattno;
    equality.clause = castNode(OpExpr, resolved);
    equality.side = side;
    equality.value = eval_const_expressions(nullptr, static_cast<Node *>(list_nth(equality.clause->args, side)));
    equality.depends = pull_varnos(nullptr, equality.value);
    equality.column_hash = hashes[1 - side];
    equality.value_hash = hashes[side];
    graph_->equalities = lappend(graph_->equalities, pg::make(equality));
}

void Collector::conditions(Node *quals, const Filter &filter) {
    ListCell *cell;
    foreach (cell, conjuncts(quals)) {
        Node *clause = static_cast<Node *>(lfirst(cell));
        if (!is_opclause(clause) || !is_hashed_equality(castNode(OpExpr, clause)))
            continue;
        for (int side = 0; side < 2; ++side)
            equality(castNode(OpExpr, clause), side, filter);
    }
}

/** Collects from `node` down and returns its leaves; `required`: the level has no row without a row of `node`. */
Relids Collector::tree(Node *node, const Frame *frame, bool required) {
    if (IsA(node, RangeTblRef)) {
        const Frame *inner = frame->inner[castNode(RangeTblRef, node)->rtindex];
        if (inner != nullptr)
            level(rows_of(inner));
        return bms_make_singleton(castNode(RangeTblRef, node)->rtindex);
    }
    if (IsA(node, FromExpr)) {
        Relids leaves = nullptr;
        ListCell *cell;
        foreach (cell, castNode(FromExpr, node)->fromlist)
            leaves = bms_union(leaves, tree(static_cast<Node *>(lfirst(cell)), frame, required));
        conditions(castNode(FromExpr, node)->quals, Filter{frame, leaves, required});
        return leaves;
    }
    const JoinExpr *join = castNode(JoinExpr, node);
    const bool keeps_left = join->jointype == JOIN_LEFT || join->jointype == JOIN_FULL;
    const bool keeps_right = join->jointype == JOIN_RIGHT || join->jointype == JOIN_FULL;
    const Relids left = tree(join->larg, frame, required && !keeps_right);
    const Relids right = tree(join->rarg, frame, required && !keeps_left);
    const Relids filtered = bms_union(keeps_left ? nullptr : left, keeps_right ? nullptr : right);
    conditions(join->quals, Filter{frame, filtered, required && !keeps_left && !keeps_right});
    return bms_union(left, right);
}

void Collector::level(const Frame *frame) {
    check_stack_depth();
    tree(reinterpret_cast<Node *>(frame->query->jointree), frame, true);
}

} // namespace

Node *same_value(Node *node) {
    while (node != nullptr && (IsA(node, RelabelType) || IsA(node, CollateExpr)))
        node = reinterpret_cast<Node *>(IsA(node, RelabelType) ? castNode(RelabelType, node)->arg
                                                               : castNode(CollateExpr, node)->arg);
    return node;
}

List *join_graphs(Query *query) {
    List *result = NIL;
    Branches branches{NIL, NIL, 0};
    do {
        JoinGraph graph{NIL, NIL};
        const Frame *frame = build_frames(query, &branches, &graph.readings);
        if (frame == nullptr || list_length(result) == most_combinations)
            return NIL;
        Collector(&graph).level(rows_of(frame));
        result = lappend(result, pg::make(graph));
    } while (next_branches(&branches));
    return result;
}

} // namespace pgtv::plan
