// UNION, INTERSECT and EXCEPT in derivations: a changed row of a branch affects the output rows equal to it.

#include "pg/postgres.hpp"
#include "plan/output_columns.hpp"
#include "plan/set_operation.hpp"

namespace pgtv::plan {
namespace {

/** The set operations around the branch `rtindex`, from the innermost to `node`; NIL: it is not below `node`. */
List *operations_around(Node *node, int rtindex) {
    if (IsA(node, RangeTblRef))
        return NIL;
    SetOperationStmt *operation = castNode(SetOperationStmt, node);
    for (Node *side : {operation->larg, operation->rarg}) {
        if (IsA(side, RangeTblRef) && castNode(RangeTblRef, side)->rtindex == rtindex)
            return list_make1(operation);
        List *inner = operations_around(side, rtindex);
        if (inner != NIL)
            return lappend(inner, operation);
    }
    return NIL;
}

bool keeps_duplicates(const SetOperationStmt *operation) {
    return operation->op == SETOP_UNION && operation->all;
}

/** Branches whose rows together contain the rows of the whole; *exact: without any other rows. */
List *covering_branches(Node *node, bool *exact) {
    if (IsA(node, RangeTblRef))
        return list_make1_int(castNode(RangeTblRef, node)->rtindex);
    const SetOperationStmt *operation = castNode(SetOperationStmt, node);
    List *result = covering_branches(operation->larg, exact);
    if (operation->op != SETOP_UNION) {
        *exact = false;
        return result;
    }
    return list_concat(result, covering_branches(operation->rarg, exact));
}

/** What is known of a column of a branch above all `operations`, each of which has a type of its own for it. */
Known known_above(Known known, Oid type, int column, List *operations, bool merged) {
    ListCell *cell;
    foreach (cell, operations) {
        const SetOperationStmt *operation = lfirst_node(SetOperationStmt, cell);
        const Oid common = list_nth_oid(operation->colTypes, column);
        if (known == Known::equal && type != common)
            return Known::no;
        type = common;
        if (merged || !keeps_duplicates(operation))
            known = known_when_merged(known, type, list_nth_oid(operation->colCollations, column));
    }
    return known;
}

/** `merged`: rows may be merged with those of other branches even where the operations keep duplicates. */
Opened *cast_branch(const Opened *inner, List *operations, bool merged, bool hidden) {
    Opened *opened = static_cast<Opened *>(palloc0(sizeof(Opened)));
    opened->kind = OpenedKind::cast;
    opened->members = list_make1(const_cast<Opened *>(inner));
    opened->set_operations = operations;
    opened->column_count = inner->column_count;
    opened->known = static_cast<Known *>(palloc0(sizeof(Known) * static_cast<Size>(opened->column_count)));
    opened->can_be_exact = inner->can_be_exact;
    const Query *sample = materialize(inner, nullptr, false);
    for (int i = 0; i < opened->column_count; ++i) {
        Node *expression = reinterpret_cast<Node *>(list_nth_node(TargetEntry, sample->targetList, i)->expr);
        opened->known[i] =
            hidden ? Known::no : known_above(inner->known[i], exprType(expression), i, operations, merged);
    }
    return opened;
}

/** The branch loses the level of the set operation, so what it refers to is one level nearer. */
void note_branch_references(Opened *opened) {
    const Opened *inner = static_cast<Opened *>(linitial(opened->members));
    Bitmapset *all = nullptr;
    for (int i = 0; i < inner->column_count; ++i)
        if (inner->known[i] != Known::no)
            all = bms_add_member(all, i + 1);
    Node *query = reinterpret_cast<Node *>(materialize(opened, all, false));
    opened->refers_to = pull_varnos_of_level(nullptr, query, 1);
    opened->refers_outside = refers_above(query, 1);
}

Opening open_partner(Query *query, const Scope *inside) {
    SetOperationStmt *operation = castNode(SetOperationStmt, query->setOperations);
    Opened *opened = static_cast<Opened *>(palloc0(sizeof(Opened)));
    opened->kind = OpenedKind::together;
    opened->set_operations = list_make1(operation);
    opened->column_count = list_length(operation->colTypes);
    opened->known = static_cast<Known *>(palloc(sizeof(Known) * static_cast<Size>(opened->column_count)));
    memset(opened->known, static_cast<int>(Known::exact), static_cast<Size>(opened->column_count) * sizeof(Known));
    opened->can_be_exact = query->limitCount == nullptr && query->limitOffset == nullptr;
    ListCell *cell;
    foreach (cell, covering_branches(query->setOperations, &opened->can_be_exact)) {
        const Opening branch = open_query(rt_fetch(lfirst_int(cell), query->rtable)->subquery, NIL, inside);
        if (branch.failed || branch.variants == NIL)
            return Opening{true, NIL};
        const Opened *inner = static_cast<Opened *>(linitial(branch.variants));
        Opened *member = cast_branch(inner, operations_around(query->setOperations, lfirst_int(cell)), true, false);
        for (int i = 0; i < opened->column_count; ++i)
            opened->known[i] = std::min(opened->known[i], member->known[i]);
        opened->can_be_exact = opened->can_be_exact && member->can_be_exact;
        opened->refers_to = nullptr;
        opened->refers_outside = opened->refers_outside || inner->refers_outside || !bms_is_empty(inner->refers_to);
        opened->members = lappend(opened->members, member);
    }
    // Branches that refer to levels outside would have to be moved between levels: not worth it.
    if (opened->refers_outside)
        return Opening{true, NIL};
    return Opening{false, list_make1(opened)};
}

/** The value takes the type of each operation on its way: a numeric that passes a float4 is rounded there. */
Node *cast_through(Node *expression, List *operations, int column) {
    ListCell *cell;
    foreach (cell, operations) {
        const SetOperationStmt *operation = lfirst_node(SetOperationStmt, cell);
        const Oid type = list_nth_oid(operation->colTypes, column);
        const int32 typmod = list_nth_int(operation->colTypmods, column);
        if (exprType(expression) != type)
            expression = coerce_to_target_type(nullptr, expression, exprType(expression), type, typmod,
                                               COERCION_IMPLICIT, COERCE_EXPLICIT_CAST, -1);
    }
    return expression;
}

Query *materialize_cast(const Opened *opened, Bitmapset *needed, bool exact, bool moves_up) {
    Query *query = materialize(static_cast<Opened *>(linitial(opened->members)), needed, exact);
    for (int i = 0; i < opened->column_count; ++i) {
        TargetEntry *entry = list_nth_node(TargetEntry, query->targetList, i);
        entry->expr =
            reinterpret_cast<Expr *>(cast_through(reinterpret_cast<Node *>(entry->expr), opened->set_operations, i));
    }
    if (moves_up)
        IncrementVarSublevelsUp(reinterpret_cast<Node *>(query), -1, 1);
    return query;
}

RangeTblEntry *member_entry(Query *subquery, int number) {
    RangeTblEntry *rte = makeNode(RangeTblEntry);
    rte->rtekind = RTE_SUBQUERY;
    rte->subquery = subquery;
    rte->alias = makeAlias(psprintf("*SELECT* %d", number), NIL);
    rte->eref = makeAlias(rte->alias->aliasname, NIL);
    ListCell *cell;
    foreach (cell, subquery->targetList) {
        const TargetEntry *entry = lfirst_node(TargetEntry, cell);
        rte->eref->colnames =
            lappend(rte->eref->colnames, makeString(entry->resname != nullptr ? entry->resname : pstrdup("?")));
    }
    return rte;
}

SetOperationStmt *union_all(const SetOperationStmt *like, Node *left, Node *right) {
    SetOperationStmt *result = makeNode(SetOperationStmt);
    result->op = SETOP_UNION;
    result->all = true;
    result->larg = left;
    result->rarg = right;
    result->colTypes = like->colTypes;
    result->colTypmods = like->colTypmods;
    result->colCollations = like->colCollations;
    return result;
}

Query *materialize_together(const Opened *opened, Bitmapset *needed, bool exact) {
    Query *result = makeNode(Query);
    result->commandType = CMD_SELECT;
    result->canSetTag = true;
    result->jointree = makeFromExpr(NIL, nullptr);
    Node *tree = nullptr;
    ListCell *cell;
    foreach (cell, opened->members) {
        Query *member = materialize_cast(static_cast<Opened *>(lfirst(cell)), needed, exact, false);
        result->rtable = lappend(result->rtable, member_entry(member, list_length(result->rtable) + 1));
        RangeTblRef *reference = makeNode(RangeTblRef);
        reference->rtindex = list_length(result->rtable);
        tree = tree == nullptr
                   ? reinterpret_cast<Node *>(reference)
                   : reinterpret_cast<Node *>(union_all(linitial_node(SetOperationStmt, opened->set_operations), tree,
                                                        reinterpret_cast<Node *>(reference)));
    }
    if (IsA(tree, RangeTblRef))
        return linitial_node(RangeTblEntry, result->rtable)->subquery;
    result->setOperations = tree;
    const Query *first = linitial_node(RangeTblEntry, result->rtable)->subquery;
    foreach (cell, first->targetList) {
        const TargetEntry *entry = lfirst_node(TargetEntry, cell);
        Node *column = reinterpret_cast<Node *>(entry->expr);
        Var *var = makeVar(1, entry->resno, exprType(column), exprTypmod(column), exprCollation(column), 0);
        result->targetList = lappend(
            result->targetList, makeTargetEntry(reinterpret_cast<Expr *>(var), entry->resno, entry->resname, false));
    }
    return result;
}

} // namespace

Opening open_set_operation(Query *query, List *path, const Scope *around) {
    Scope *inside = static_cast<Scope *>(palloc0(sizeof(Scope)));
    inside->parent = around; // the level of the set operation itself has no relations
    if (path == NIL)
        return open_partner(query, inside);
    const Step *step = static_cast<Step *>(linitial(path));
    const Opening branch =
        open_query(rt_fetch(step->rtindex, query->rtable)->subquery, list_copy_tail(path, 1), inside);
    if (branch.failed)
        return branch;
    List *operations = operations_around(query->setOperations, step->rtindex);
    const bool hidden = query->limitCount != nullptr || query->limitOffset != nullptr;
    Opening opening{false, NIL};
    ListCell *cell;
    foreach (cell, branch.variants) {
        Opened *opened = cast_branch(static_cast<Opened *>(lfirst(cell)), operations, false, hidden);
        opened->can_be_exact = false;
        note_branch_references(opened);
        opening.variants = lappend(opening.variants, opened);
    }
    return opening;
}

Query *materialize_set_operation(const Opened *opened, Bitmapset *needed, bool exact) {
    return opened->kind == OpenedKind::together ? materialize_together(opened, needed, exact)
                                                : materialize_cast(opened, needed, exact, true);
}

} // namespace pgtv::plan
