// The subquery is the nullable side of a join whose only conditions are equalities of all that it groups by with columns
// of K; or an aggregate of the rows that such equalities correlate. So a stored row whose K is not NULL shows the group of
// its K: whatever else the query does decides which rows there are, not what they show of the group. Pure; memory: the
// current context.

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

bool is_count(const Aggref *call) {
    return call->aggfnoid == F_COUNT_ || call->aggfnoid == F_COUNT_ANY;
}

/** Of coalesce(…, 0) over a count? */
bool ends_in_zero(const CoalesceExpr *expression) {
    Node *zero = eval_const_expressions(nullptr, static_cast<Node *>(llast(expression->args)));
    return list_length(expression->args) == 2 && IsA(zero, Const) && !castNode(Const, zero)->constisnull &&
           castNode(Const, zero)->consttype == INT8OID && DatumGetInt64(castNode(Const, zero)->constvalue) == 0;
}

/** A column around the subquery, and what the subquery groups by that is equal to it. */
struct Tie {
    const Var *outside;
    Expr *inside;
    const SortGroupClause *clause;
};

/** The subquery with the columns of the query around it. */
class SummaryBuilder {
public:
    SummaryBuilder(const Rule *rule, const Query *query, const GroupBeside &group)
        : rule_(rule), outer_(query), group_(group), inner_(pg::copy_node(group.subquery)) {
        inner_->targetList = NIL;
        inner_->groupClause = NIL;
        inner_->sortClause = NIL;
        if (group.correlated())
            inner_->jointree->quals = nullptr;
    }
    /** False: it does not fit. */
    bool build(List *conditions);
    [[nodiscard]] Query *query() const {
        return inner_;
    }
    /** Output columns (positions from 0) with a count that is NULL where there is no group. */
    [[nodiscard]] const Bitmapset *plain_counts() const {
        return plain_counts_;
    }
    /** The leaves of the columns around the subquery. */
    [[nodiscard]] Relids outside() const;

private:
    bool take(Node *condition);
    bool tie(const OpExpr *equality, Node *outside, Node *inside);
    [[nodiscard]] const SortGroupClause *grouping_of(const TargetEntry *entry) const;
    [[nodiscard]] bool is_key(const TargetEntry *entry) const;
    void require(Node *condition);
    Expr *key_of(const TargetEntry *entry);
    Expr *summarized(const TargetEntry *entry);
    Expr *with_zero(const CoalesceExpr *zeroed, const TargetEntry *aggregate) const;
    bool add(const TargetEntry *entry);

    const Rule *rule_;
    const Query *outer_;
    const GroupBeside &group_;
    Query *inner_;
    List *ties_ = NIL; // of Tie *
    Bitmapset *plain_counts_ = nullptr;
};

const SortGroupClause *SummaryBuilder::grouping_of(const TargetEntry *entry) const {
    ListCell *cell;
    foreach (cell, group_.subquery->groupClause)
        if (entry->ressortgroupref != 0 &&
            lfirst_node(SortGroupClause, cell)->tleSortGroupRef == entry->ressortgroupref)
            return lfirst_node(SortGroupClause, cell);
    return nullptr;
}

const SortGroupClause *group_by(Oid equality, Oid type) {
    auto *clause = makeNode(SortGroupClause);
    clause->eqop = equality;
    clause->sortop = lookup_type_cache(type, TYPECACHE_LT_OPR)->lt_opr;
    return clause;
}

bool is_of_level(Node *node, Index level) {
    return IsA(node, Var) && castNode(Var, node)->varlevelsup == level && castNode(Var, node)->varattno > 0;
}

/** Conditions of a join must all be ties; those of a correlated subquery that are none are its own. */
bool SummaryBuilder::take(Node *condition) {
    const OpExpr *equality = IsA(condition, OpExpr) ? castNode(OpExpr, condition) : nullptr;
    if (equality != nullptr && list_length(equality->args) == 2) {
        auto *one = static_cast<Node *>(linitial(equality->args));
        auto *other = static_cast<Node *>(lsecond(equality->args));
        if (tie(equality, one, other) || tie(equality, other, one))
            return true;
    }
    if (group_.correlated())
        require(pg::copy_node(condition));
    return group_.correlated();
}

/** Is it an equality, as the subquery groups, of one of its columns with one around it, both of one type? */
bool SummaryBuilder::tie(const OpExpr *equality, Node *outside, Node *inside) {
    const Oid type = exprType(inside);
    if (type != exprType(outside) || exprCollation(outside) != exprCollation(inside) ||
        exprCollation(inside) != equality->inputcollid || !is_default_equality(equality->opno, type) ||
        !is_of_level(outside, group_.correlated() ? 1 : 0) || !is_of_level(inside, 0))
        return false;
    auto *around = pg::copy_node(castNode(Var, outside));
    around->varlevelsup = 0;
    if (group_.correlated()) {
        ties_ = lappend(ties_, pg::make(Tie{around, reinterpret_cast<Expr *>(inside), group_by(equality->opno, type)}));
        return true;
    }
    const TargetEntry *entry = group_.column(inside);
    const SortGroupClause *clause = entry != nullptr ? grouping_of(entry) : nullptr;
    if (clause == nullptr || clause->eqop != equality->opno)
        return false;
    ties_ = lappend(ties_, pg::make(Tie{around, entry->expr, clause}));
    return true;
}

bool SummaryBuilder::is_key(const TargetEntry *entry) const {
    return std::any_of(rule_->keys, rule_->keys + rule_->key_count,
                       [=](const KeyColumn &key) { return strcmp(key.name, entry->resname) == 0; });
}

void SummaryBuilder::require(Node *condition) {
    List *conditions = lappend(list_copy(conjuncts(inner_->jointree->quals)), condition);
    inner_->jointree->quals = reinterpret_cast<Node *>(make_ands_explicit(conditions));
}

/** What the subquery groups by in place of a column of K; nullptr: they are not tied. NULL is a group, too, but beside no row. */
Expr *SummaryBuilder::key_of(const TargetEntry *entry) {
    ListCell *cell;
    foreach (cell, ties_) {
        const auto *tie = static_cast<Tie *>(lfirst(cell));
        if (!equal(tie->outside, entry->expr))
            continue;
        auto *clause = pg::copy_node(tie->clause);
        clause->tleSortGroupRef = static_cast<Index>(entry->resno);
        inner_->groupClause = lappend(inner_->groupClause, clause);
        auto *present = makeNode(NullTest);
        present->arg = pg::copy_node(tie->inside);
        present->nulltesttype = IS_NOT_NULL;
        present->location = -1;
        require(reinterpret_cast<Node *>(present));
        return pg::copy_node(tie->inside);
    }
    return nullptr;
}

/** The aggregate shown, as it is or in coalesce(…, 0); nullptr: something else. */
Expr *SummaryBuilder::summarized(const TargetEntry *entry) {
    auto *expression = reinterpret_cast<Node *>(entry->expr);
    const CoalesceExpr *zeroed = IsA(expression, CoalesceExpr) ? castNode(CoalesceExpr, expression) : nullptr;
    const TargetEntry *shown =
        group_.column(zeroed != nullptr ? static_cast<Node *>(linitial(zeroed->args)) : expression);
    if (shown == nullptr)
        return nullptr;
    if (zeroed != nullptr)
        return with_zero(zeroed, shown);
    if (group_.correlated() && sum_or_zero(reinterpret_cast<Node *>(shown->expr)) != nullptr)
        return pg::copy_node(shown->expr);
    if (!IsA(shown->expr, Aggref))
        return nullptr;
    if (is_count(reinterpret_cast<const Aggref *>(shown->expr)) && !group_.correlated())
        plain_counts_ = bms_add_member(plain_counts_, entry->resno - 1);
    return pg::copy_node(shown->expr);
}

Expr *SummaryBuilder::with_zero(const CoalesceExpr *zeroed, const TargetEntry *aggregate) const {
    if (!IsA(aggregate->expr, Aggref))
        return nullptr;
    auto *sum = pg::copy_node(zeroed);
    linitial(sum->args) = pg::copy_node(aggregate->expr);
    if (is_count(reinterpret_cast<const Aggref *>(aggregate->expr)))
        return ends_in_zero(zeroed) ? pg::copy_node(aggregate->expr) : nullptr;
    return sum_or_zero(reinterpret_cast<Node *>(sum)) != nullptr ? reinterpret_cast<Expr *>(sum) : nullptr;
}

bool SummaryBuilder::add(const TargetEntry *entry) {
    auto *expression = reinterpret_cast<Node *>(entry->expr);
    const bool key = is_key(entry);
    const bool inside = group_.is_in(expression);
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

bool SummaryBuilder::build(List *conditions) {
    ListCell *cell;
    foreach (cell, conditions)
        if (!take(static_cast<Node *>(lfirst(cell))))
            return false;
    for (int i = 0; i < visible_columns(outer_); ++i)
        if (!add(list_nth_node(TargetEntry, outer_->targetList, i)))
            return false;
    const int ties = list_length(ties_);
    return list_length(inner_->groupClause) == ties && rule_->key_count == ties &&
           (group_.correlated() || list_length(group_.subquery->groupClause) == ties) &&
           !contain_vars_of_level(reinterpret_cast<Node *>(inner_), 1);
}

Relids SummaryBuilder::outside() const {
    Relids result = nullptr;
    ListCell *cell;
    foreach (cell, ties_)
        result = bms_add_member(result, static_cast<int>(static_cast<Tie *>(lfirst(cell))->outside->varno));
    return result;
}

bool fits(const DeltaPlan *delta) {
    for (int i = 0; i < delta->visible_count; ++i)
        if (delta->columns[i].combine == Combine::computed)
            return false;
    return true;
}

} // namespace

Summary *find_summary(const Rule *rule, Query *query, const GroupBeside &group) {
    if (!only_joins(query) || rule->key_count == 0 || !group.subquery->hasAggs ||
        group.subquery->havingQual != nullptr || group.subquery->rowMarks != NIL)
        return nullptr;
    bool alone = false;
    List *conditions = ties_of(query, group, &alone);
    SummaryBuilder builder(rule, query, group);
    if (!alone || !builder.build(conditions) || (group.correlated() && !stands_beside(query, group, builder.outside())))
        return nullptr;
    DeltaPlan *delta = nullptr;
    if (find_delta(builder.query(), &delta) != nullptr || !fits(delta) ||
        (builder.plain_counts() != nullptr && delta->known_rows < 0))
        return nullptr;
    for (int i = -1; (i = bms_next_member(builder.plain_counts(), i)) >= 0;)
        delta->columns[i].none_is_null = true;
    return pg::make(Summary{builder.query(), delta});
}

} // namespace pgtv::plan
