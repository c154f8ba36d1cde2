// Takes the FROM clause apart into leaves that must be there, nullable sides and EXISTS, then orders the lookups so that
// each finds its values in those before it. Pure function of the catalogs; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/row_lookup.hpp"

#include "pg/nodes.hpp"
#include "plan/joined_columns.hpp"
#include "plan/lookup_index.hpp"
#include "plan/occurrence.hpp"
#include "plan/output_columns.hpp"

namespace pgtv::plan {
namespace {

struct Clause {
    Expr *expression;
    Bitmapset *leaves; // that it reads
};

/** Relations that join with each other as inner joins do, and what hangs on them. */
struct Group {
    List *leaves = NIL;  // int list
    List *clauses = NIL; // of Clause *
    List *parts = NIL;   // of Part *
};

/** An outer join's nullable side, or a subquery of EXISTS. */
struct Part {
    LookupKind kind;
    Group group;
};

/** Which rows the steps of a group are to find. */
enum class Wanted {
    of_key, // the row of a key, if there is one
    one,    // one row at most, to what is known
    any,    // those that there are
};

class Builder {
public:
    Builder(const Rule *rule, JoinedColumns *columns) : rule_(rule), columns_(columns) {}
    bool collect(Node *tree, LookupLevel *level, Group *group, bool nullable);
    /** Appends the steps that find the group's rows; `known`: the leaves found before. */
    bool order(Group *group, Bitmapset **known, List **steps, Wanted wanted);
    /** The next column of K is that column of the joined row. */
    void add_key(const Var *column);
    /** For each column of K the joined column that no lookup compares with it. */
    List *keys_left() const;

private:
    bool collect_leaf(int rtindex, LookupLevel *level, Group *group, bool nullable);
    bool collect_join(const JoinExpr *join, LookupLevel *level, Group *group, bool nullable);
    bool take_clauses(Node *quals, const LookupLevel *level, Group *group);
    bool take_subquery(const SubLink *link, LookupKind kind, const LookupLevel *level, Group *group);
    LookupStep *look_up(int leaf, Group *group, const Bitmapset *known, Wanted wanted);
    List *equalities(int leaf, const Group *group, const Bitmapset *known, bool by_key) const;
    Equality *equality(const Clause *clause, int side, int leaf, const Bitmapset *known) const;
    bool next_leaf(Group *group, Bitmapset **known, List **steps, Wanted wanted);
    bool next_part(Group *group, Bitmapset **known, List **steps, bool *failed);

    const Rule *rule_;
    JoinedColumns *columns_;
    List *key_columns_ = NIL; // of Var *, parallel to rule->keys
    Bitmapset *keys_used_ = nullptr;
};

// ---- taking apart

bool only_joins(const Query *query) {
    return query->commandType == CMD_SELECT && query->setOperations == nullptr && query->groupClause == NIL &&
           query->groupingSets == NIL && query->havingQual == nullptr && query->distinctClause == NIL &&
           query->limitCount == nullptr && query->limitOffset == nullptr && query->rowMarks == NIL &&
           query->cteList == NIL && !query->hasAggs && !query->hasWindowFuncs && !query->hasTargetSRFs;
}

/** Rows of one table only, all of which a query of the owner would see. */
bool is_lone_table(const RangeTblEntry *rte) {
    if (rte->rtekind != RTE_RELATION || rte->tablesample != nullptr || rte->securityQuals != NIL)
        return false;
    const Relation relation = relation_open(rte->relid, AccessShareLock);
    const bool lone = relation->rd_rel->relkind == RELKIND_RELATION && !relation->rd_rel->relrowsecurity &&
                      (!rte->inh || !relation->rd_rel->relhassubclass);
    relation_close(relation, AccessShareLock);
    return lone;
}

bool Builder::collect_leaf(int rtindex, LookupLevel *level, Group *group, bool nullable) {
    const RangeTblEntry *rte = rt_fetch(rtindex, level->query->rtable);
    if (rte->rtekind == RTE_SUBQUERY && !rte->security_barrier && only_joins(rte->subquery)) {
        level->inner[rtindex] = make_level(rte->subquery, level, nullable);
        return collect(reinterpret_cast<Node *>(rte->subquery->jointree), level->inner[rtindex], group, nullable);
    }
    if (!is_lone_table(rte))
        return false;
    level->leaves[rtindex] = columns_->add_leaf(rte->relid);
    group->leaves = lappend_int(group->leaves, level->leaves[rtindex]);
    return true;
}

bool Builder::collect_join(const JoinExpr *join, LookupLevel *level, Group *group, bool nullable) {
    if (join->jointype == JOIN_INNER)
        return collect(join->larg, level, group, nullable) && collect(join->rarg, level, group, nullable) &&
               take_clauses(join->quals, level, group);
    if (join->jointype != JOIN_LEFT && join->jointype != JOIN_RIGHT)
        return false;
    const bool left = join->jointype == JOIN_LEFT;
    auto *part = static_cast<Part *>(palloc0(sizeof(Part)));
    part->kind = LookupKind::optional;
    if (!collect(left ? join->larg : join->rarg, level, group, nullable) ||
        !collect(left ? join->rarg : join->larg, level, &part->group, true) ||
        !take_clauses(join->quals, level, &part->group))
        return false;
    group->parts = lappend(group->parts, part);
    return true;
}

bool Builder::collect(Node *tree, LookupLevel *level, Group *group, bool nullable) {
    check_stack_depth();
    if (IsA(tree, RangeTblRef))
        return collect_leaf(castNode(RangeTblRef, tree)->rtindex, level, group, nullable);
    if (IsA(tree, JoinExpr))
        return collect_join(castNode(JoinExpr, tree), level, group, nullable);
    ListCell *cell;
    foreach (cell, castNode(FromExpr, tree)->fromlist)
        if (!collect(static_cast<Node *>(lfirst(cell)), level, group, nullable))
            return false;
    return take_clauses(castNode(FromExpr, tree)->quals, level, group);
}

const SubLink *as_exists(const Node *node) {
    return IsA(node, SubLink) && reinterpret_cast<const SubLink *>(node)->subLinkType == EXISTS_SUBLINK
               ? reinterpret_cast<const SubLink *>(node)
               : nullptr;
}

bool Builder::take_subquery(const SubLink *link, LookupKind kind, const LookupLevel *level, Group *group) {
    Query *query = castNode(Query, link->subselect);
    if (!only_joins(query))
        return false;
    auto *part = static_cast<Part *>(palloc0(sizeof(Part)));
    part->kind = kind;
    group->parts = lappend(group->parts, part);
    return collect(reinterpret_cast<Node *>(query->jointree), make_level(query, level, false), &part->group, false);
}

bool Builder::take_clauses(Node *quals, const LookupLevel *level, Group *group) {
    ListCell *cell;
    foreach (cell, conjuncts(quals)) {
        Node *node = static_cast<Node *>(lfirst(cell));
        const SubLink *absent =
            is_notclause(node) ? as_exists(reinterpret_cast<Node *>(get_notclausearg(node))) : nullptr;
        const SubLink *present = as_exists(node);
        if (present != nullptr || absent != nullptr) {
            const LookupKind kind = present != nullptr ? LookupKind::exists : LookupKind::missing;
            if (!take_subquery(present != nullptr ? present : absent, kind, level, group))
                return false;
            continue;
        }
        Expr *expression = columns_->rewrite(node, level);
        if (expression == nullptr)
            return false;
        Bitmapset *leaves = columns_->leaves_read(reinterpret_cast<Node *>(expression));
        group->clauses = lappend(group->clauses, pg::make(Clause{expression, leaves}));
    }
    return true;
}

// ---- lookups

void Builder::add_key(const Var *column) {
    key_columns_ = lappend(key_columns_, const_cast<Var *>(column));
}

/** A RelabelType does not change the value. */
Var *plain_column(Node *node) {
    if (node != nullptr && IsA(node, RelabelType))
        node = reinterpret_cast<Node *>(castNode(RelabelType, node)->arg);
    return node != nullptr && IsA(node, Var) ? castNode(Var, node) : nullptr;
}

/** `clause` as a condition on the column of `leaf` that stands on `side`; nullptr: it is none. */
Equality *Builder::equality(const Clause *clause, int side, int leaf, const Bitmapset *known) const {
    const auto *comparison = reinterpret_cast<OpExpr *>(clause->expression);
    const Var *column = plain_column(static_cast<Node *>(list_nth(comparison->args, side)));
    auto *value = static_cast<Expr *>(list_nth(comparison->args, 1 - side));
    if (column == nullptr || columns_->column(column).leaf != leaf ||
        !bms_is_subset(columns_->leaves_read(reinterpret_cast<Node *>(value)), known))
        return nullptr;
    const Oid operation = side == 0 ? comparison->opno : get_commutator(comparison->opno);
    if (!OidIsValid(operation))
        return nullptr;
    const LookupKey key = {-1, value, InvalidOid, InvalidOid, InvalidOid};
    return pg::make(
        Equality{columns_->column(column).column, operation, comparison->inputcollid, key, clause->expression});
}

List *Builder::equalities(int leaf, const Group *group, const Bitmapset *known, bool by_key) const {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, by_key ? key_columns_ : NIL) {
        const int i = foreach_current_index(cell);
        const JoinedColumn column = columns_->column(static_cast<Var *>(lfirst(cell)));
        const LookupKey key = {i, nullptr, InvalidOid, InvalidOid, InvalidOid};
        if (column.leaf == leaf)
            result = lappend(result, pg::make(Equality{column.column, rule_->keys[i].equality, rule_->keys[i].collation,
                                                       key, nullptr}));
    }
    foreach (cell, group->clauses) {
        const auto *clause = static_cast<Clause *>(lfirst(cell));
        if (!is_opclause(clause->expression) || list_length(reinterpret_cast<OpExpr *>(clause->expression)->args) != 2)
            continue;
        for (int side = 0; side < 2; ++side)
            if (Equality *found = equality(clause, side, leaf, known))
                result = lappend(result, found);
    }
    return result;
}

LookupStep *Builder::look_up(int leaf, Group *group, const Bitmapset *known, Wanted wanted) {
    List *conditions = equalities(leaf, group, known, wanted == Wanted::of_key);
    const IndexChoice choice = choose_index(columns_->relation(leaf), conditions, wanted != Wanted::any);
    if (choice.key_count == 0)
        return nullptr;
    for (int i = 0; i < choice.key_count; ++i)
        if (choice.keys[i].key >= 0)
            keys_used_ = bms_add_member(keys_used_, choice.keys[i].key);
    ListCell *cell;
    foreach (cell, group->clauses)
        if (list_member_ptr(choice.clauses, static_cast<Clause *>(lfirst(cell))->expression))
            group->clauses = foreach_delete_current(group->clauses, cell);
    auto *step = static_cast<LookupStep *>(palloc0(sizeof(LookupStep)));
    *step = LookupStep{LookupKind::relation, leaf, choice.index, choice.key_count, choice.keys, NIL, NIL, nullptr};
    return step;
}

// ---- order

/** Takes the clauses out of the group that can be evaluated. */
List *due_conditions(Group *group, const Bitmapset *known) {
    List *due = NIL;
    ListCell *cell;
    foreach (cell, group->clauses) {
        const auto *clause = static_cast<Clause *>(lfirst(cell));
        if (!bms_is_subset(clause->leaves, known))
            continue;
        due = lappend(due, clause->expression);
        group->clauses = foreach_delete_current(group->clauses, cell);
    }
    return due;
}

bool Builder::next_leaf(Group *group, Bitmapset **known, List **steps, Wanted wanted) {
    ListCell *cell;
    foreach (cell, group->leaves) {
        const int leaf = lfirst_int(cell);
        LookupStep *step = look_up(leaf, group, *known, wanted);
        if (step == nullptr)
            continue;
        *known = bms_add_member(*known, leaf);
        step->conditions = due_conditions(group, *known);
        *steps = lappend(*steps, step);
        group->leaves = foreach_delete_current(group->leaves, cell);
        return true;
    }
    return false;
}

Bitmapset *leaves_of(const Group &group) {
    Bitmapset *result = nullptr;
    ListCell *cell;
    foreach (cell, group.leaves)
        result = bms_add_member(result, lfirst_int(cell));
    foreach (cell, group.parts)
        result = bms_join(result, leaves_of(static_cast<Part *>(lfirst(cell))->group));
    return result;
}

/** The leaves that the conditions of a group read. */
Bitmapset *leaves_read_by(const Group &group) {
    Bitmapset *result = nullptr;
    ListCell *cell;
    foreach (cell, group.clauses)
        result = bms_add_members(result, static_cast<Clause *>(lfirst(cell))->leaves);
    foreach (cell, group.parts)
        result = bms_join(result, leaves_read_by(static_cast<Part *>(lfirst(cell))->group));
    return result;
}

/** The next part all of whose conditions can be evaluated. */
bool Builder::next_part(Group *group, Bitmapset **known, List **steps, bool *failed) {
    ListCell *cell;
    foreach (cell, group->parts) {
        auto *part = static_cast<Part *>(lfirst(cell));
        Bitmapset *own = leaves_of(part->group);
        if (!bms_is_subset(bms_difference(leaves_read_by(part->group), own), *known))
            continue;
        auto *step = static_cast<LookupStep *>(palloc0(sizeof(LookupStep)));
        const bool optional = part->kind == LookupKind::optional;
        step->kind = part->kind;
        step->optional = optional ? own : nullptr;
        Bitmapset *inside = bms_copy(*known);
        if (!order(&part->group, &inside, &step->inner, optional ? Wanted::one : Wanted::any)) {
            *failed = true;
            return false;
        }
        if (optional)
            *known = bms_add_members(*known, own);
        step->conditions = due_conditions(group, *known);
        *steps = lappend(*steps, step);
        group->parts = foreach_delete_current(group->parts, cell);
        return true;
    }
    return false;
}

bool Builder::order(Group *group, Bitmapset **known, List **steps, Wanted wanted) {
    check_stack_depth();
    if (List *conditions = due_conditions(group, *known)) {
        auto *step = static_cast<LookupStep *>(palloc0(sizeof(LookupStep)));
        step->kind = LookupKind::check;
        step->conditions = conditions;
        *steps = lappend(*steps, step);
    }
    const Wanted first = wanted == Wanted::any ? Wanted::one : wanted;
    while (group->leaves != NIL || group->parts != NIL) {
        bool failed = false;
        if (next_leaf(group, known, steps, first) || next_part(group, known, steps, &failed))
            continue;
        if (failed || wanted != Wanted::any || !next_leaf(group, known, steps, Wanted::any))
            return false;
    }
    return group->clauses == NIL;
}

List *Builder::keys_left() const {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, key_columns_)
        result = lappend_int(result, bms_is_member(foreach_current_index(cell), keys_used_)
                                         ? -1
                                         : static_cast<Var *>(lfirst(cell))->varattno - 1);
    return result;
}

/** The visible output columns, rewritten; NIL: not all can be. */
List *rewrite_outputs(const Query *query, const LookupLevel *level, JoinedColumns *columns) {
    List *result = NIL;
    const int count = visible_columns(query);
    for (int i = 0; i < count; ++i) {
        const TargetEntry *entry = list_nth_node(TargetEntry, query->targetList, i);
        Expr *output = columns->rewrite(reinterpret_cast<Node *>(entry->expr), level);
        if (output == nullptr)
            return NIL;
        result = lappend(result, output);
    }
    return result;
}

} // namespace

RowLookup *find_row_lookup(const Rule *rule, const Query *query, const int *positions) {
    if (rule->key_count == 0 || !only_joins(query))
        return nullptr;
    JoinedColumns columns;
    Builder builder(rule, &columns);
    Group group;
    LookupLevel *level = make_level(query, nullptr, false);
    if (!builder.collect(reinterpret_cast<Node *>(query->jointree), level, &group, false))
        return nullptr;
    List *outputs = rewrite_outputs(query, level, &columns);
    if (outputs == NIL)
        return nullptr;
    for (int i = 0; i < rule->key_count; ++i) {
        auto *column = static_cast<Node *>(list_nth(outputs, positions[i]));
        if (!IsA(column, Var))
            return nullptr;
        builder.add_key(castNode(Var, column));
    }
    List *steps = NIL;
    Bitmapset *known = nullptr;
    if (!builder.order(&group, &known, &steps, Wanted::of_key))
        return nullptr;
    auto *lookup = static_cast<RowLookup *>(palloc(sizeof(RowLookup)));
    *lookup = RowLookup{columns.leaves(), columns.columns(), steps, outputs, builder.keys_left()};
    return lookup;
}

} // namespace pgtv::plan
