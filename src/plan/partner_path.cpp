// A row found by an index is the one that takes part in the stored row if it could not be there without being it. That
// holds where the stored row shows the row's own key; where an inner join's equality held (if the other side is not NULL,
// then neither is this one); and on the nullable side of an outer join whose only conditions are equalities with the
// whole of a unique key. So whoever is looked up is found if and only if he takes part. A stored row that stands for a
// group shows one of several values that grouping holds equal: a lookup has to compare as grouping does. Then it is the
// same row for all that the group is made of. Pure function of the catalogs.

#include "pg/postgres.hpp"
#include "plan/partner_path.hpp"

#include "pg/nodes.hpp"
#include "plan/lookup_index.hpp"
#include "plan/occurrence.hpp"
#include "plan/provenance.hpp"
#include "plan/rule.hpp"

namespace pgtv::plan {
namespace {

/** By which equality? */
struct Comparison {
    Oid operation;
    Oid collation;
    bool operator==(const Comparison &) const = default;
};

/** `column` of a leaf equals `value`, a column of another leaf. */
struct Equated {
    AttrNumber column;
    const Var *value;
    Comparison comparison;
};

/** The nullable side of an outer join which is a leaf. */
struct Optional {
    int leaf;
    List *conditions;
};

/** What ties the leaves of a query together. */
struct Ties {
    List *inner = NIL;    // of Node *: conditions that hold in every row of which their columns are part
    List *optional = NIL; // of Optional *
};

int leaf_of(Node *tree) {
    return IsA(tree, RangeTblRef) ? castNode(RangeTblRef, tree)->rtindex : 0;
}

int optional_leaf(const JoinExpr *join) {
    if (join->jointype == JOIN_LEFT)
        return leaf_of(join->rarg);
    return join->jointype == JOIN_RIGHT ? leaf_of(join->larg) : 0;
}

void collect_ties(Node *tree, Ties *ties) {
    if (IsA(tree, FromExpr)) {
        ListCell *cell;
        foreach (cell, castNode(FromExpr, tree)->fromlist)
            collect_ties(static_cast<Node *>(lfirst(cell)), ties);
        ties->inner = list_concat(ties->inner, conjuncts(castNode(FromExpr, tree)->quals));
    }
    if (!IsA(tree, JoinExpr))
        return;
    const auto *join = castNode(JoinExpr, tree);
    collect_ties(join->larg, ties);
    collect_ties(join->rarg, ties);
    if (join->jointype == JOIN_INNER)
        ties->inner = list_concat(ties->inner, conjuncts(join->quals));
    else if (optional_leaf(join) > 0)
        ties->optional = lappend(ties->optional, pg::make(Optional{optional_leaf(join), conjuncts(join->quals)}));
}

const Var *column_of(Node *node) {
    node = strip_relabel(node);
    const Var *var = IsA(node, Var) ? castNode(Var, node) : nullptr;
    return var != nullptr && var->varlevelsup == 0 && var->varattno > 0 ? var : nullptr;
}

/** Is the clause an equality of a column of `leaf` with one of another leaf? */
bool equates(Node *clause, int leaf, Equated *equated) {
    if (!IsA(clause, OpExpr) || list_length(castNode(OpExpr, clause)->args) != 2)
        return false;
    const OpExpr *comparison = castNode(OpExpr, clause);
    const Var *one = column_of(static_cast<Node *>(linitial(comparison->args)));
    const Var *other = column_of(static_cast<Node *>(lsecond(comparison->args)));
    if (one == nullptr || other == nullptr)
        return false;
    if (one->varno != leaf)
        std::swap(one, other);
    if (one->varno != leaf || other->varno == leaf)
        return false;
    *equated = Equated{one->varattno, other, {comparison->opno, comparison->inputcollid}};
    return true;
}

List *equalities_in(List *clauses, int leaf) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, clauses) {
        Equated equated{};
        if (equates(static_cast<Node *>(lfirst(cell)), leaf, &equated))
            result = lappend(result, pg::make(equated));
    }
    return result;
}

/** As the index compares its column `position`. */
Comparison comparison_of(Relation index, int position) {
    const Oid type = index->rd_opcintype[position];
    return {get_opfamily_member(index->rd_opfamily[position], type, type, BTEqualStrategyNumber),
            index->rd_indcollation[position]};
}

/** Is the equality what the index compares in its column `position`? */
bool compares_so(Relation index, int position, const Equated &equated) {
    return index->rd_index->indkey.values[position] == equated.column &&
           comparison_of(index, position) == equated.comparison;
}

/**
 * Is a column that is handed on the same, as compared, in all rows that an output row is made of? What is not grouped by
 * is decided by a row that the groups tell apart.
 */
bool is_same_in_group(const Query *query, const TargetEntry *entry, const Comparison &comparison) {
    ListCell *cell;
    foreach (cell, query->groupClause) {
        auto *grouping = lfirst_node(SortGroupClause, cell);
        Node *expression = get_sortgroupclause_expr(grouping, query->targetList);
        if (equal(expression, entry->expr))
            return Comparison{grouping->eqop, exprCollation(expression)} == comparison;
    }
    return true;
}

class PathFinder {
public:
    PathFinder(Query *query, Oid tview)
        : query_(query), tview_(tview), room_(list_length(query->rtable)),
          steps_(static_cast<PathStep *>(palloc0(sizeof(PathStep) * static_cast<Size>(room_)))),
          leaves_(static_cast<int *>(palloc0(sizeof(int) * static_cast<Size>(room_)))) {
        collect_ties(reinterpret_cast<Node *>(query->jointree), &ties_);
    }
    PartnerPath *find(int leaf);

private:
    bool add(int leaf);
    bool add_by(Relation index, int leaf);
    bool by_own_key(Relation index, int leaf, PathValue *values) const;
    bool by_conditions(Relation index, int leaf, PathValue *values) const;
    bool by_equalities(Relation index, List *equalities, PathValue *values) const;
    bool stored(int leaf, AttrNumber column, const Comparison &comparison, PathValue *value) const;
    bool value_of(const Equated &equated, PathValue *value) const;
    [[nodiscard]] PartnerPath *path_to_last() const;
    [[nodiscard]] int step_of(int leaf) const {
        const int *place = std::find(leaves_, leaves_ + count_, leaf);
        return place == leaves_ + count_ ? -1 : static_cast<int>(place - leaves_);
    }

    Query *query_;
    Oid tview_;
    int room_;
    int count_ = 0;
    PathStep *steps_; // [count_]
    int *leaves_;     // [count_] what a step finds
    Ties ties_;
};

/** Step by step whatever can be found, until it is the one wanted. */
PartnerPath *PathFinder::find(int leaf) {
    bool grown = true;
    while (!add(leaf) && grown) {
        grown = false;
        for (int other = 1; other <= room_ && !grown; ++other)
            grown = other != leaf && add(other);
    }
    return step_of(leaf) >= 0 ? path_to_last() : nullptr;
}

bool PathFinder::add(int leaf) {
    const RangeTblEntry *rte = rt_fetch(leaf, query_->rtable);
    if (rte->rtekind != RTE_RELATION || rte->relkind != RELKIND_RELATION || has_subclass(rte->relid) ||
        step_of(leaf) >= 0)
        return false;
    bool added = false;
    const Relation table = relation_open(rte->relid, AccessShareLock);
    ListCell *cell;
    foreach (cell, RelationGetIndexList(table)) {
        const Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        added =
            added || (serves_lookups(index, true) && RelationGetIndexExpressions(index) == NIL && add_by(index, leaf));
        index_close(index, AccessShareLock);
    }
    relation_close(table, AccessShareLock);
    return added;
}

bool PathFinder::add_by(Relation index, int leaf) {
    const int count = index->rd_index->indnkeyatts;
    auto *values = static_cast<PathValue *>(palloc(sizeof(PathValue) * static_cast<Size>(count)));
    if (!by_own_key(index, leaf, values) && !by_conditions(index, leaf, values))
        return false;
    steps_[count_] = PathStep{index->rd_index->indrelid, RelationGetRelid(index), count, values};
    leaves_[count_++] = leaf;
    return true;
}

/** A column of a primary key is NULL only where its row does not take part. */
bool PathFinder::by_own_key(Relation index, int leaf, PathValue *values) const {
    bool all = index->rd_index->indisprimary;
    for (int i = 0; all && i < index->rd_index->indnkeyatts; ++i)
        all = stored(leaf, index->rd_index->indkey.values[i], comparison_of(index, i), &values[i]);
    return all;
}

bool PathFinder::by_conditions(Relation index, int leaf, PathValue *values) const {
    if (by_equalities(index, equalities_in(ties_.inner, leaf), values))
        return true;
    ListCell *cell;
    foreach (cell, ties_.optional) {
        const auto *optional = static_cast<Optional *>(lfirst(cell));
        // Each equality is on another column of the key then, and nothing else decides whether a row joins.
        if (optional->leaf == leaf && list_length(optional->conditions) == index->rd_index->indnkeyatts &&
            by_equalities(index, equalities_in(optional->conditions, leaf), values))
            return true;
    }
    return false;
}

bool PathFinder::by_equalities(Relation index, List *equalities, PathValue *values) const {
    for (int i = 0; i < index->rd_index->indnkeyatts; ++i) {
        bool found = false;
        ListCell *cell;
        foreach (cell, equalities) {
            const auto *equated = static_cast<Equated *>(lfirst(cell));
            found = found || (compares_so(index, i, *equated) && value_of(*equated, &values[i]));
        }
        if (!found)
            return false;
    }
    return true;
}

bool PathFinder::stored(int leaf, AttrNumber column, const Comparison &comparison, PathValue *value) const {
    ListCell *cell;
    foreach (cell, query_->targetList) {
        const auto *entry = lfirst_node(TargetEntry, cell);
        const Var *var = IsA(entry->expr, Var) ? reinterpret_cast<const Var *>(entry->expr) : nullptr;
        if (entry->resjunk || var == nullptr || static_cast<int>(var->varno) != leaf || var->varlevelsup != 0 ||
            var->varattno != column || !is_same_in_group(query_, entry, comparison))
            continue;
        *value = PathValue{-1, output_number(tview_, entry)};
        return value->column > 0;
    }
    return false;
}

bool PathFinder::value_of(const Equated &equated, PathValue *value) const {
    const int leaf = static_cast<int>(equated.value->varno);
    const AttrNumber column = equated.value->varattno;
    if (stored(leaf, column, equated.comparison, value))
        return true;
    *value = PathValue{step_of(leaf), column};
    return value->step >= 0;
}

/** Without the steps that lead elsewhere. */
PartnerPath *PathFinder::path_to_last() const {
    Bitmapset *needed = bms_make_singleton(count_ - 1);
    for (int i = count_ - 1; i >= 0; --i)
        for (int key = 0; bms_is_member(i, needed) && key < steps_[i].key_count; ++key)
            if (steps_[i].values[key].step >= 0)
                needed = bms_add_member(needed, steps_[i].values[key].step);
    auto *path = static_cast<PartnerPath *>(palloc(sizeof(PartnerPath)));
    *path = PartnerPath{0, static_cast<PathStep *>(palloc(sizeof(PathStep) * static_cast<Size>(count_)))};
    auto *places = static_cast<int *>(palloc(sizeof(int) * static_cast<Size>(count_)));
    for (int i = 0; i < count_; ++i) {
        if (!bms_is_member(i, needed))
            continue;
        places[i] = path->count;
        for (int key = 0; key < steps_[i].key_count; ++key)
            if (steps_[i].values[key].step >= 0)
                steps_[i].values[key].step = places[steps_[i].values[key].step];
        path->steps[path->count++] = steps_[i];
    }
    return path;
}

} // namespace

PartnerPath *find_partner_path(Query *query, Oid tview, int leaf) {
    return PathFinder(query, tview).find(leaf);
}

PartnerPath *copy_partner_path(const PartnerPath *path) {
    if (path == nullptr)
        return nullptr;
    auto *copy = static_cast<PartnerPath *>(palloc(sizeof(PartnerPath)));
    *copy =
        PartnerPath{path->count, static_cast<PathStep *>(palloc(sizeof(PathStep) * static_cast<Size>(path->count)))};
    for (int i = 0; i < path->count; ++i) {
        copy->steps[i] = path->steps[i];
        const Size size = sizeof(PathValue) * static_cast<Size>(path->steps[i].key_count);
        copy->steps[i].values = static_cast<PathValue *>(memcpy(palloc(size), path->steps[i].values, size));
    }
    return copy;
}

} // namespace pgtv::plan
