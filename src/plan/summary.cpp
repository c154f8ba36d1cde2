// The subquery is the nullable side of a join whose only conditions are equalities of all that it groups by with columns
// of K. So a stored row whose K is not NULL shows the group of its K if that is there: whatever else the query does
// decides which rows there are, not what they show of the group. Pure; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/summary.hpp"

#include "pg/nodes.hpp"
#include "plan/delta_columns.hpp"
#include "plan/known.hpp"
#include "plan/occurrence.hpp"
#include "plan/output_columns.hpp"

namespace pgtv::plan {
namespace {

bool only_joins(const Query *query) {
    return query->setOperations == nullptr && query->groupClause == NIL && query->groupingSets == NIL &&
           query->havingQual == nullptr && query->distinctClause == NIL && query->limitCount == nullptr &&
           query->limitOffset == nullptr && query->rowMarks == NIL && query->cteList == NIL && !query->hasAggs &&
           !query->hasWindowFuncs && !query->hasTargetSRFs;
}

bool only_groups(Query *query) {
    return query->groupClause != NIL && query->havingQual == nullptr && query->rowMarks == NIL &&
           !contain_vars_of_level(reinterpret_cast<Node *>(query), 1);
}

bool is_leaf(Node *tree, int place) {
    return IsA(tree, RangeTblRef) && castNode(RangeTblRef, tree)->rtindex == place;
}

/** The join of which the leaf is the nullable side. */
const JoinExpr *join_of(Node *tree, int place) {
    if (!IsA(tree, JoinExpr))
        return nullptr;
    const auto *join = castNode(JoinExpr, tree);
    if ((join->jointype == JOIN_LEFT && is_leaf(join->rarg, place)) ||
        (join->jointype == JOIN_RIGHT && is_leaf(join->larg, place)))
        return join;
    const JoinExpr *found = join_of(join->larg, place);
    return found != nullptr ? found : join_of(join->rarg, place);
}

const JoinExpr *join_of(const Query *query, int place) {
    const JoinExpr *found = nullptr;
    ListCell *cell;
    foreach (cell, query->jointree->fromlist)
        found = found != nullptr ? found : join_of(static_cast<Node *>(lfirst(cell)), place);
    return found;
}

struct Search {
    int place;
    Index depth;
    const Node *except;
};

bool finds(Node *node, void *argument) {
    auto *search = static_cast<Search *>(argument);
    if (node == nullptr || node == search->except)
        return false;
    if (IsA(node, Var))
        return static_cast<int>(castNode(Var, node)->varno) == search->place &&
               castNode(Var, node)->varlevelsup == search->depth;
    if (!IsA(node, Query))
        return compat::walk_children(node, finds, search);
    search->depth++;
    const bool found = compat::walk_query(castNode(Query, node), finds, search, 0);
    search->depth--;
    return found;
}

bool mentions(Node *node, int place, const Node *except) {
    Search search = {place, 0, except};
    return finds(node, &search);
}

/** In conditions besides that of its own join, or in what stands beside it in FROM. */
bool decides_rows(Query *query, int place, const JoinExpr *own) {
    if (mentions(reinterpret_cast<Node *>(query->jointree), place, own->quals))
        return true;
    ListCell *cell;
    foreach (cell, query->rtable) {
        auto *entry = lfirst_node(RangeTblEntry, cell);
        if (foreach_current_index(cell) + 1 != place && entry->rtekind != RTE_JOIN &&
            (mentions(reinterpret_cast<Node *>(entry->subquery), place, nullptr) ||
             mentions(reinterpret_cast<Node *>(entry->functions), place, nullptr) ||
             mentions(reinterpret_cast<Node *>(entry->values_lists), place, nullptr) ||
             mentions(reinterpret_cast<Node *>(entry->tablefunc), place, nullptr)))
            return true;
    }
    return false;
}

bool is_count(const Aggref *call) {
    return call->aggfnoid == F_COUNT_ || call->aggfnoid == F_COUNT_ANY;
}

/** Of coalesce(…, 0) over a count? */
bool ends_in_zero(const CoalesceExpr *expression) {
    Node *zero = eval_const_expressions(nullptr, static_cast<Node *>(llast(expression->args)));
    return list_length(expression->args) == 2 && IsA(zero, Const) && !castNode(Const, zero)->constisnull &&
           castNode(Const, zero)->consttype == INT8OID && DatumGetInt64(castNode(Const, zero)->constvalue) == 0;
}

/** The subquery with the columns of the query around it. */
class SummaryBuilder {
public:
    SummaryBuilder(const Rule *rule, const Query *query, int place)
        : rule_(rule), outer_(query), place_(place), inner_(pg::copy_node(rt_fetch(place, query->rtable)->subquery)),
          columns_(inner_->targetList), clauses_(inner_->groupClause) {
        inner_->targetList = NIL;
        inner_->groupClause = NIL;
        inner_->sortClause = NIL;
    }
    /** False: it does not fit. */
    bool build(const JoinExpr *join);
    [[nodiscard]] Query *query() const {
        return inner_;
    }
    /** Output columns (positions from 0) with a count that is NULL where there is no group. */
    [[nodiscard]] const Bitmapset *plain_counts() const {
        return plain_counts_;
    }

private:
    [[nodiscard]] TargetEntry *column(Node *node) const;
    bool tie(Node *condition);
    [[nodiscard]] const SortGroupClause *grouping_of(const TargetEntry *entry) const;
    [[nodiscard]] bool is_key(const TargetEntry *entry) const;
    void require(const Expr *grouped);
    Expr *key_of(const TargetEntry *entry);
    Expr *summarized(const TargetEntry *entry);
    bool add(const TargetEntry *entry);

    const Rule *rule_;
    const Query *outer_;
    int place_;
    Query *inner_;
    List *columns_;       // of TargetEntry *, what the subquery shows
    List *clauses_;       // of SortGroupClause *, what it groups by
    List *outside_ = NIL; // of Var *: the columns around it …
    List *inside_ = NIL;  // of TargetEntry *: … that are equal to these
    Bitmapset *plain_counts_ = nullptr;
};

const SortGroupClause *SummaryBuilder::grouping_of(const TargetEntry *entry) const {
    ListCell *cell;
    foreach (cell, clauses_)
        if (entry->ressortgroupref != 0 &&
            lfirst_node(SortGroupClause, cell)->tleSortGroupRef == entry->ressortgroupref)
            return lfirst_node(SortGroupClause, cell);
    return nullptr;
}

/** The subquery's, that the node stands for; nullptr: it is something else. */
TargetEntry *SummaryBuilder::column(Node *node) const {
    const Var *var = IsA(node, Var) ? castNode(Var, node) : nullptr;
    const bool found = var != nullptr && static_cast<int>(var->varno) == place_ && var->varlevelsup == 0;
    return found && var->varattno > 0 ? list_nth_node(TargetEntry, columns_, var->varattno - 1) : nullptr;
}

/** Is it an equality, as the subquery groups, of one of its columns with one around it, both of one type? */
bool SummaryBuilder::tie(Node *condition) {
    if (!IsA(condition, OpExpr) || list_length(castNode(OpExpr, condition)->args) != 2)
        return false;
    const auto *equality = castNode(OpExpr, condition);
    auto *outside = static_cast<Node *>(linitial(equality->args));
    auto *inside = static_cast<Node *>(lsecond(equality->args));
    if (column(inside) == nullptr)
        std::swap(outside, inside);
    TargetEntry *entry = column(inside);
    const SortGroupClause *clause = entry != nullptr && IsA(outside, Var) ? grouping_of(entry) : nullptr;
    if (clause == nullptr || clause->eqop != equality->opno || exprType(outside) != exprType(inside) ||
        exprCollation(outside) != exprCollation(inside) || exprCollation(inside) != equality->inputcollid ||
        !is_default_equality(equality->opno, exprType(inside)) || list_member_ptr(inside_, entry))
        return false;
    outside_ = lappend(outside_, outside);
    inside_ = lappend(inside_, entry);
    return true;
}

bool SummaryBuilder::is_key(const TargetEntry *entry) const {
    return std::any_of(rule_->keys, rule_->keys + rule_->key_count,
                       [=](const KeyColumn &key) { return strcmp(key.name, entry->resname) == 0; });
}

/** NULL is a group, too, but beside no row. */
void SummaryBuilder::require(const Expr *grouped) {
    auto *present = makeNode(NullTest);
    present->arg = pg::copy_node(const_cast<Expr *>(grouped));
    present->nulltesttype = IS_NOT_NULL;
    present->location = -1;
    List *conditions = lappend(list_copy(conjuncts(inner_->jointree->quals)), present);
    inner_->jointree->quals = reinterpret_cast<Node *>(make_ands_explicit(conditions));
}

/** What the subquery groups by in place of a column of K; nullptr: they are not tied. */
Expr *SummaryBuilder::key_of(const TargetEntry *entry) {
    ListCell *one;
    ListCell *other;
    forboth(one, outside_, other, inside_) {
        if (!equal(lfirst(one), entry->expr))
            continue;
        auto *clause = pg::copy_node(grouping_of(lfirst_node(TargetEntry, other)));
        clause->tleSortGroupRef = static_cast<Index>(entry->resno);
        inner_->groupClause = lappend(inner_->groupClause, clause);
        require(lfirst_node(TargetEntry, other)->expr);
        return pg::copy_node(lfirst_node(TargetEntry, other)->expr);
    }
    return nullptr;
}

/** The aggregate shown, as it is or in coalesce(…, 0); nullptr: something else. */
Expr *SummaryBuilder::summarized(const TargetEntry *entry) {
    auto *expression = reinterpret_cast<Node *>(entry->expr);
    const bool zeroed = IsA(expression, CoalesceExpr);
    Node *shown = zeroed ? static_cast<Node *>(linitial(castNode(CoalesceExpr, expression)->args)) : expression;
    const TargetEntry *aggregate = column(shown);
    if (aggregate == nullptr || !IsA(aggregate->expr, Aggref))
        return nullptr;
    auto *call = pg::copy_node(reinterpret_cast<Aggref *>(aggregate->expr));
    const bool counts = is_count(call);
    if (!zeroed) {
        plain_counts_ = counts ? bms_add_member(plain_counts_, entry->resno - 1) : plain_counts_;
        return reinterpret_cast<Expr *>(call);
    }
    auto *with_zero = pg::copy_node(castNode(CoalesceExpr, expression));
    linitial(with_zero->args) = call;
    if (counts)
        return ends_in_zero(with_zero) ? reinterpret_cast<Expr *>(call) : nullptr;
    return sum_or_zero(reinterpret_cast<Node *>(with_zero)) != nullptr ? reinterpret_cast<Expr *>(with_zero) : nullptr;
}

bool SummaryBuilder::add(const TargetEntry *entry) {
    auto *expression = reinterpret_cast<Node *>(entry->expr);
    const bool key = is_key(entry);
    const bool inside = mentions(expression, place_, nullptr);
    Expr *value = key      ? key_of(entry)
                  : inside ? summarized(entry)
                           : reinterpret_cast<Expr *>(makeNullConst(exprType(expression), exprTypmod(expression),
                                                                    exprCollation(expression)));
    if (value == nullptr)
        return false;
    TargetEntry *made = makeTargetEntry(value, entry->resno, pstrdup(entry->resname), false);
    made->ressortgroupref = key ? static_cast<Index>(entry->resno) : 0;
    inner_->targetList = lappend(inner_->targetList, made);
    return true;
}

bool SummaryBuilder::build(const JoinExpr *join) {
    ListCell *cell;
    foreach (cell, conjuncts(join->quals))
        if (!tie(static_cast<Node *>(lfirst(cell))))
            return false;
    for (int i = 0; i < visible_columns(outer_); ++i)
        if (!add(list_nth_node(TargetEntry, outer_->targetList, i)))
            return false;
    return list_length(inner_->groupClause) == list_length(clauses_) && list_length(inside_) == list_length(clauses_) &&
           rule_->key_count == list_length(clauses_);
}

bool fits(const DeltaPlan *delta) {
    for (int i = 0; i < delta->visible_count; ++i)
        if (delta->columns[i].combine == Combine::computed)
            return false;
    return true;
}

} // namespace

Summary *find_summary(const Rule *rule, Query *query, int place) {
    const RangeTblEntry *entry = rt_fetch(place, query->rtable);
    if (entry->rtekind != RTE_SUBQUERY || !only_joins(query) || !only_groups(entry->subquery) || rule->key_count == 0)
        return nullptr;
    const JoinExpr *join = join_of(query, place);
    if (join == nullptr || decides_rows(query, place, join))
        return nullptr;
    SummaryBuilder builder(rule, query, place);
    DeltaPlan *delta = nullptr;
    if (!builder.build(join) || find_delta(builder.query(), &delta) != nullptr || !fits(delta))
        return nullptr;
    for (int i = -1; (i = bms_next_member(builder.plain_counts(), i)) >= 0;)
        delta->columns[i].none_is_null = true;
    if (builder.plain_counts() != nullptr && delta->known_rows < 0)
        return nullptr;
    return pg::make(Summary{builder.query(), delta});
}

} // namespace pgtv::plan
