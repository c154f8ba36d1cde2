// Finds an index for each leaf, and an order in which every lookup knows its values. Pure function of the catalogs; memory:
// the current context.

#include "pg/postgres.hpp"
#include "plan/lookup_builder.hpp"

#include "pg/nodes.hpp"
#include "plan/lookup_index.hpp"

namespace pgtv::plan {
namespace {

/** A RelabelType does not change the value. */
Var *plain_column(Node *node) {
    if (node != nullptr && IsA(node, RelabelType))
        node = reinterpret_cast<Node *>(castNode(RelabelType, node)->arg);
    return node != nullptr && IsA(node, Var) ? castNode(Var, node) : nullptr;
}

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

} // namespace

void LookupBuilder::add_key(const Var *column) {
    key_columns_ = lappend(key_columns_, const_cast<Var *>(column));
}

/** `clause` as a condition on the column of `leaf` that stands on `side`; nullptr: it is none. */
Equality *LookupBuilder::equality(const Clause *clause, int side, int leaf, const Bitmapset *known) const {
    const auto *comparison = reinterpret_cast<OpExpr *>(clause->expression);
    const Var *column = plain_column(static_cast<Node *>(list_nth(comparison->args, side)));
    auto *value = static_cast<Expr *>(list_nth(comparison->args, 1 - side));
    const Bitmapset *read = columns_->leaves_read(reinterpret_cast<Node *>(value));
    if (column == nullptr || columns_->column(column).leaf != leaf || !bms_is_subset(read, known))
        return nullptr;
    const Oid operation = side == 0 ? comparison->opno : get_commutator(comparison->opno);
    if (!OidIsValid(operation) || get_mergejoin_opfamilies(operation) == NIL)
        return nullptr;
    const LookupKey key = {-1, value, InvalidOid, InvalidOid, InvalidOid};
    return pg::make(Equality{columns_->column(column).column, operation, comparison->inputcollid, key,
                             clause->expression, bms_is_empty(read)});
}

List *LookupBuilder::equalities(int leaf, const Group *group, const Bitmapset *known, bool by_key) const {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, by_key ? key_columns_ : NIL) {
        const int i = foreach_current_index(cell);
        const JoinedColumn column = columns_->column(static_cast<Var *>(lfirst(cell)));
        const LookupKey key = {i, nullptr, InvalidOid, InvalidOid, InvalidOid};
        if (column.leaf == leaf)
            result = lappend(result, pg::make(Equality{column.column, rule_->keys[i].equality, rule_->keys[i].collation,
                                                       key, nullptr, false}));
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

LookupStep *LookupBuilder::look_up(int leaf, Group *group, const Bitmapset *known, Wanted wanted) {
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

bool LookupBuilder::next_leaf(Group *group, Bitmapset **known, List **steps, Wanted wanted) {
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

/** The next part all of whose conditions can be evaluated. */
bool LookupBuilder::next_part(Group *group, Bitmapset **known, List **steps, bool *failed) {
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

bool LookupBuilder::order(Group *group, Bitmapset **known, List **steps, Wanted wanted) {
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

List *LookupBuilder::keys_left() const {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, key_columns_)
        result = lappend_int(result, bms_is_member(foreach_current_index(cell), keys_used_)
                                         ? -1
                                         : static_cast<Var *>(lfirst(cell))->varattno - 1);
    return result;
}

} // namespace pgtv::plan
