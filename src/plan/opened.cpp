// Opens queries for derivation, level by level. What is opened is only described here; materialize() builds the query
// once it is clear which columns are needed.

#include "pg/postgres.hpp"
#include "plan/opened.hpp"
#include "pg/nodes.hpp"
#include "plan/output_columns.hpp"
#include "plan/pruning.hpp"
#include "plan/set_operation.hpp"

namespace pgtv::plan {
namespace {

const Opening nothing_derivable{true, NIL};

// ---- leaves

List *leaves_in_order(Node *node) {
    if (IsA(node, RangeTblRef))
        return list_make1_int(castNode(RangeTblRef, node)->rtindex);
    if (IsA(node, JoinExpr))
        return list_concat(leaves_in_order(castNode(JoinExpr, node)->larg),
                           leaves_in_order(castNode(JoinExpr, node)->rarg));
    List *result = NIL;
    ListCell *cell;
    foreach (cell, castNode(FromExpr, node)->fromlist)
        result = list_concat(result, leaves_in_order(static_cast<Node *>(lfirst(cell))));
    return result;
}

void set_opened_leaf(Level *level, int rtindex, Opened *opened) {
    Leaf &leaf = level->leaves[rtindex];
    leaf.opened = opened;
    leaf.depends = opened->refers_to;
    leaf.refers_outside = opened->refers_outside;
    leaf.can_be_exact = opened->can_be_exact;
    level->scope.leaves[rtindex] = LeafColumns{true, opened->column_count, opened->known};
}

bool has_known_column(const Opened *opened) {
    for (int i = 0; i < opened->column_count; ++i)
        if (opened->known[i] != Known::no)
            return true;
    return false;
}

bool arguments_are_exact(Node *node, const Scope *scope) {
    if (node == nullptr)
        return true;
    if (IsA(node, List)) {
        ListCell *cell;
        foreach (cell, castNode(List, node))
            if (!arguments_are_exact(static_cast<Node *>(lfirst(cell)), scope))
                return false;
        return true;
    }
    if (IsA(node, RangeTblFunction))
        return arguments_are_exact(castNode(RangeTblFunction, node)->funcexpr, scope);
    if (IsA(node, TableFunc)) {
        const TableFunc *table = castNode(TableFunc, node);
        return arguments_are_exact(table->docexpr, scope) && arguments_are_exact(table->rowexpr, scope) &&
               arguments_are_exact(reinterpret_cast<Node *>(table->ns_uris), scope) &&
               arguments_are_exact(reinterpret_cast<Node *>(table->colexprs), scope) &&
               arguments_are_exact(reinterpret_cast<Node *>(table->coldefexprs), scope);
    }
    if (IsA(node, FuncExpr))
        return arguments_are_exact(reinterpret_cast<Node *>(castNode(FuncExpr, node)->args), scope);
    return known_of(node, scope) == Known::exact;
}

/** Functions, VALUES, XMLTABLE: the same rows at any time, given their arguments. */
void prepare_computed_leaf(Level *level, int rtindex, RangeTblEntry *rte) {
    Node *arguments = rte->rtekind == RTE_FUNCTION    ? reinterpret_cast<Node *>(rte->functions)
                      : rte->rtekind == RTE_TABLEFUNC ? reinterpret_cast<Node *>(rte->tablefunc)
                                                      : reinterpret_cast<Node *>(rte->values_lists);
    if (!arguments_are_exact(arguments, &level->scope))
        return;
    Leaf &leaf = level->leaves[rtindex];
    leaf.depends = pull_varnos(nullptr, arguments);
    leaf.refers_outside = refers_above(arguments, 0);
    leaf.can_be_exact = true;
    level->scope.leaves[rtindex] = LeafColumns{true, 0, nullptr};
}

void prepare_partner_leaf(Level *level, int rtindex) {
    RangeTblEntry *rte = rt_fetch(rtindex, level->query->rtable);
    level->leaves[rtindex].entry = rte;
    switch (rte->rtekind) {
    case RTE_RELATION:
        level->leaves[rtindex].can_be_exact = true;
        level->scope.leaves[rtindex] = LeafColumns{true, 0, nullptr};
        break;
    case RTE_SUBQUERY: {
        const Opening opening = open_query(rte->subquery, NIL, &level->scope);
        if (opening.failed || opening.variants == NIL)
            break;
        Opened *opened = static_cast<Opened *>(linitial(opening.variants));
        if (has_known_column(opened))
            set_opened_leaf(level, rtindex, opened);
        break;
    }
    case RTE_FUNCTION:
    case RTE_TABLEFUNC:
    case RTE_VALUES:
        prepare_computed_leaf(level, rtindex, rte);
        break;
    default:
        break; // recursive CTEs cannot be read: their old contents are gone
    }
}

// ---- levels

Level *new_level(Query *query, const Step *step, const Scope *around) {
    Level *level = static_cast<Level *>(palloc0(sizeof(Level)));
    const int count = list_length(query->rtable) + 1; // one more for a sublink
    level->query = query;
    level->step = step;
    level->scope =
        Scope{around, count, static_cast<LeafColumns *>(palloc0(sizeof(LeafColumns) * static_cast<Size>(count + 1)))};
    level->leaves = static_cast<Leaf *>(palloc0(sizeof(Leaf) * static_cast<Size>(count + 1)));
    if (step != nullptr)
        level->site = step->kind == StepKind::sublink ? count : step->rtindex;
    return level;
}

Level *copy_level(const Level *level) {
    Level *copy = pg::make(*level);
    const Size count = static_cast<Size>(level->scope.leaf_count) + 1;
    copy->scope.leaves = static_cast<LeafColumns *>(palloc(sizeof(LeafColumns) * count));
    memcpy(copy->scope.leaves, level->scope.leaves, sizeof(LeafColumns) * count);
    copy->leaves = static_cast<Leaf *>(palloc(sizeof(Leaf) * count));
    memcpy(copy->leaves, level->leaves, sizeof(Leaf) * count);
    return copy;
}

struct SublinkColumns {
    List *target_list;
    int rtindex;
};

Node *params_to_columns(Node *node, void *argument) {
    const SublinkColumns *columns = static_cast<SublinkColumns *>(argument);
    if (node == nullptr)
        return nullptr;
    if (IsA(node, Param) && castNode(Param, node)->paramkind == PARAM_SUBLINK) {
        const Param *param = castNode(Param, node);
        return reinterpret_cast<Node *>(makeVar(columns->rtindex, static_cast<AttrNumber>(param->paramid),
                                                param->paramtype, param->paramtypmod, param->paramcollid, 0));
    }
    return compat::mutate_children(node, params_to_columns, argument);
}

/** The subselect joins laterally; `x IN (SELECT y …)` as a conjunct also ties x to y. */
void add_sublink_item(const Level *level, Variant *variant) {
    Item *item = static_cast<Item *>(palloc0(sizeof(Item)));
    RangeTblRef *reference = makeNode(RangeTblRef);
    reference->rtindex = level->site;
    item->tree = reinterpret_cast<Node *>(reference);
    item->leaves = bms_make_singleton(level->site);
    item->depends = level->leaves[level->site].depends;
    item->usable = true;
    variant->items = lappend(list_copy(variant->items), item);
    const SubLink *link = level->step->link;
    if (link->subLinkType != ANY_SUBLINK || level->step->clause == nullptr)
        return;
    SublinkColumns columns{NIL, level->site};
    ListCell *cell;
    foreach (cell, conjuncts(params_to_columns(link->testexpr, &columns))) {
        Node *clause = static_cast<Node *>(lfirst(cell));
        if (usable_condition(clause, &level->scope))
            variant->conditions =
                lappend(list_copy(variant->conditions),
                        pg::make(Condition{clause, pull_varnos(nullptr, clause), refers_above(clause, 0)}));
    }
}

bool column_is_reachable(const Level *level, const Variant *variant, const TargetEntry *entry) {
    Node *expression = output_expression(level, variant, entry);
    return !refers_above(expression, 0) && prune(level, variant, pull_varnos(nullptr, expression), false).possible;
}

bool variant_can_be_exact(const Level *level, const Variant *variant) {
    return level->step == nullptr && variant->complete && keeps_all_rows(level->query) &&
           prune(level, variant, nullptr, true).possible;
}

bool leaves_can_be_exact(const Level *level) {
    ListCell *cell;
    foreach (cell, leaves_in_order(reinterpret_cast<Node *>(level->query->jointree)))
        if (!level->leaves[lfirst_int(cell)].can_be_exact)
            return false;
    return true;
}

/** What the level around sees, measured on the query with everything that is known. */
void note_references(Opened *opened) {
    Bitmapset *all = nullptr;
    for (int i = 0; i < opened->column_count; ++i)
        if (opened->known[i] != Known::no)
            all = bms_add_member(all, i + 1);
    Node *query = reinterpret_cast<Node *>(materialize(opened, all, false));
    opened->refers_to = pull_varnos_of_level(nullptr, query, 1);
    opened->refers_outside = refers_above(query, 1);
    if (!opened->can_be_exact)
        return;
    query = reinterpret_cast<Node *>(materialize(opened, all, true));
    opened->refers_to = bms_union(opened->refers_to, pull_varnos_of_level(nullptr, query, 1));
    opened->refers_outside = opened->refers_outside || refers_above(query, 1);
}

/** nullptr: the changed leaf itself cannot be read. */
Opened *open_variant(const Level *level, const Variant *variant) {
    if (!prune(level, variant, nullptr, false).possible)
        return nullptr;
    Opened *opened = static_cast<Opened *>(palloc0(sizeof(Opened)));
    opened->kind = OpenedKind::level;
    opened->level = level;
    opened->variant = variant;
    opened->column_count = visible_columns(level->query);
    opened->known = output_columns(level->query, &level->scope, variant->nulled, level->step != nullptr);
    ListCell *cell;
    foreach (cell, level->query->targetList) {
        const TargetEntry *entry = lfirst_node(TargetEntry, cell);
        if (!entry->resjunk && !column_is_reachable(level, variant, entry))
            opened->known[entry->resno - 1] = Known::no;
    }
    opened->can_be_exact = variant_can_be_exact(level, variant) && leaves_can_be_exact(level);
    note_references(opened);
    return opened;
}

/** All leaves are prepared: collects one Opened for each variant of FROM. */
bool finish_level(Level *level, List **result) {
    ListCell *cell;
    foreach (cell, build_variants(level)) {
        Variant *variant = static_cast<Variant *>(lfirst(cell));
        if (level->step != nullptr && level->step->kind == StepKind::sublink)
            add_sublink_item(level, variant);
        Opened *opened = open_variant(level, variant);
        if (opened == nullptr)
            return false;
        *result = lappend(*result, opened);
    }
    return true;
}

bool open_rest(Level *level, List *leaves, int position, List *path, List **result);

/** The changed leaf: one copy of the level for each way in which the change can come through it. */
bool open_site(Level *level, List *leaves, int position, List *path, List **result) {
    const Step *step = level->step;
    if (step->kind == StepKind::relation) {
        RangeTblEntry *rte = rt_fetch(step->rtindex, level->query->rtable);
        level->leaves[step->rtindex].entry = delta_entry(rte);
        level->scope.leaves[step->rtindex] = LeafColumns{true, 0, nullptr};
        return open_rest(level, leaves, position + 1, path, result);
    }
    Query *inner = step->kind == StepKind::sublink ? castNode(Query, step->link->subselect)
                                                   : rt_fetch(step->rtindex, level->query->rtable)->subquery;
    const Opening opening = open_query(inner, list_copy_tail(path, 1), &level->scope);
    if (opening.failed)
        return false;
    ListCell *cell;
    foreach (cell, opening.variants) {
        Level *copy = copy_level(level);
        RangeTblEntry *rte = makeNode(RangeTblEntry);
        if (step->kind == StepKind::sublink) {
            rte->rtekind = RTE_SUBQUERY;
            rte->lateral = true;
            rte->inFromCl = true;
            rte->alias = makeAlias("tv_sublink", NIL);
            rte->eref = makeAlias("tv_sublink", NIL);
            copy->leaves[copy->site].entry = rte;
        } else {
            copy->leaves[copy->site].entry = rt_fetch(step->rtindex, level->query->rtable);
        }
        set_opened_leaf(copy, copy->site, static_cast<Opened *>(lfirst(cell)));
        if (!open_rest(copy, leaves, position + 1, path, result))
            return false;
    }
    return true;
}

bool open_rest(Level *level, List *leaves, int position, List *path, List **result) {
    for (; position < list_length(leaves); ++position) {
        const int rtindex = list_nth_int(leaves, position);
        if (rtindex == level->site)
            return open_site(level, leaves, position, path, result);
        prepare_partner_leaf(level, rtindex);
    }
    // A sublink is opened when all leaves it may refer to are there.
    if (position == list_length(leaves) && level->step != nullptr && level->step->kind == StepKind::sublink &&
        level->leaves[level->site].entry == nullptr)
        return open_site(level, leaves, position, path, result);
    return finish_level(level, result);
}

} // namespace

char *delta_name(Oid source) {
    return psprintf("tv_delta_%u", source);
}

RangeTblEntry *delta_entry(const RangeTblEntry *original) {
    RangeTblEntry *rte = makeNode(RangeTblEntry);
    rte->rtekind = RTE_CTE;
    rte->ctename = delta_name(original->relid);
    rte->inFromCl = true;
    rte->alias = makeAlias(original->eref->aliasname, NIL);
    rte->eref = makeAlias(original->eref->aliasname, NIL);
    const Relation relation = relation_open(original->relid, AccessShareLock);
    const TupleDesc columns = RelationGetDescr(relation);
    for (int i = 0; i < columns->natts; ++i) {
        const Form_pg_attribute column = TupleDescAttr(columns, i);
        rte->eref->colnames =
            lappend(rte->eref->colnames, makeString(pstrdup(column->attisdropped ? "" : NameStr(column->attname))));
    }
    relation_close(relation, NoLock);
    return rte;
}

Opening open_query(Query *query, List *path, const Scope *around) {
    check_stack_depth();
    const Step *step = path == NIL ? nullptr : static_cast<Step *>(linitial(path));
    if (step != nullptr && (step->kind == StepKind::recursion || step->kind == StepKind::elsewhere))
        return nothing_derivable;
    if (query->setOperations != nullptr)
        return open_set_operation(query, path, around);
    Opening opening{false, NIL};
    Level *level = new_level(query, step, around);
    opening.failed =
        !open_rest(level, leaves_in_order(reinterpret_cast<Node *>(query->jointree)), 0, path, &opening.variants);
    return opening;
}

} // namespace pgtv::plan
