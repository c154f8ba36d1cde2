// A relation P may be left out if all its conditions are of its own or equate a column of K with one of P, and a unique index
// covers the latter: whatever else joins in a stored group joins with the same row of P. Pure; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/known_partners.hpp"

#include "pg/nodes.hpp"
#include "plan/join_entry.hpp"
#include "plan/known.hpp"
#include "plan/occurrence.hpp"
#include "plan/single_rows.hpp"

namespace pgtv::plan {
namespace {

/** A query of inner joins, flattened. */
struct Flat {
    List *leaves = NIL;  // int list
    List *clauses = NIL; // of Node *
};

bool flatten(Node *tree, Flat *flat) {
    if (IsA(tree, RangeTblRef)) {
        flat->leaves = lappend_int(flat->leaves, castNode(RangeTblRef, tree)->rtindex);
        return true;
    }
    if (IsA(tree, JoinExpr)) {
        const JoinExpr *join = castNode(JoinExpr, tree);
        flat->clauses = list_concat(flat->clauses, conjuncts(join->quals));
        return join->jointype == JOIN_INNER && flatten(join->larg, flat) && flatten(join->rarg, flat);
    }
    const FromExpr *from = castNode(FromExpr, tree);
    flat->clauses = list_concat(flat->clauses, conjuncts(from->quals));
    ListCell *cell;
    foreach (cell, from->fromlist)
        if (!flatten(static_cast<Node *>(lfirst(cell)), flat))
            return false;
    return true;
}

/** A column of the partner and the column that is equal to it. */
struct Equated {
    const Var *own;
    const Var *other;
};

class Reduction {
public:
    Reduction(const Rule *rule, const DeltaPlan *delta, const Query *named, Query *query)
        : rule_(rule), delta_(delta), named_(named), query_(query) {}
    bool run(int changed);

private:
    bool leave_out(int partner);
    [[nodiscard]] bool is_key(int position) const;
    [[nodiscard]] bool is_key_value(const Var *column) const;
    [[nodiscard]] bool equates(Node *clause, int partner, Equated *result) const;
    [[nodiscard]] bool read_by_aggregates(int partner) const;
    [[nodiscard]] bool key_goes_on(int partner, const List *equated) const;
    [[nodiscard]] bool told_by_key() const;
    void drop(int partner, const List *equated, List *rest);
    void finish();
    [[nodiscard]] TargetEntry *entry(int position) const {
        return list_nth_node(TargetEntry, query_->targetList, position);
    }

    const Rule *rule_;
    const DeltaPlan *delta_;
    const Query *named_; // the TVIEW's: whose columns have their names
    Query *query_;
    Flat flat_;
    Relids gone_ = nullptr;
};

bool Reduction::is_key(int position) const {
    if (delta_->columns[position].combine != Combine::key)
        return false;
    const char *name = list_nth_node(TargetEntry, named_->targetList, position)->resname;
    for (int i = 0; i < rule_->key_count; ++i)
        if (strcmp(rule_->keys[i].name, name) == 0)
            return true;
    return false;
}

bool Reduction::is_key_value(const Var *column) const {
    for (int i = 0; i < delta_->column_count; ++i)
        if (is_key(i) && equal(entry(i)->expr, column))
            return true;
    return false;
}

bool Reduction::equates(Node *clause, int partner, Equated *result) const {
    if (!is_opclause(clause) || list_length(castNode(OpExpr, clause)->args) != 2)
        return false;
    const auto *operation = castNode(OpExpr, clause);
    Node *one = static_cast<Node *>(linitial(operation->args));
    Node *two = static_cast<Node *>(lsecond(operation->args));
    if (!IsA(one, Var) || !IsA(two, Var))
        return false;
    const bool first = castNode(Var, one)->varno == partner;
    *result = {castNode(Var, first ? one : two), castNode(Var, first ? two : one)};
    const Oid type = result->own->vartype;
    return result->own->varno == partner && result->other->varno != partner && result->own->varattno > 0 &&
           result->other->varattno > 0 && result->other->vartype == type &&
           result->own->varcollid == result->other->varcollid && is_default_equality(operation->opno, type) &&
           equality_is_identity(type, result->own->varcollid) &&
           (!OidIsValid(operation->inputcollid) || operation->inputcollid == result->own->varcollid) &&
           (is_key_value(result->own) || is_key_value(result->other));
}

bool Reduction::read_by_aggregates(int partner) const {
    for (int i = 0; i < list_length(query_->targetList); ++i) {
        auto *expression = reinterpret_cast<Node *>(entry(i)->expr);
        if (contain_aggs_of_level(expression, 0) && bms_is_member(partner, pull_varnos(nullptr, expression)))
            return true;
    }
    return false;
}

bool Reduction::leave_out(int partner) {
    const RangeTblEntry *rte = rt_fetch(partner, query_->rtable);
    if (rte->rtekind != RTE_RELATION || rte->tablesample != nullptr || read_by_aggregates(partner))
        return false;
    Bitmapset *columns = nullptr;
    List *equated = NIL;
    List *rest = NIL;
    ListCell *cell;
    foreach (cell, flat_.clauses) {
        Node *clause = static_cast<Node *>(lfirst(cell));
        const Relids read = pull_varnos(nullptr, clause);
        Equated found{};
        if (!bms_is_member(partner, read)) {
            rest = lappend(rest, clause);
        } else if (equates(clause, partner, &found) && !bms_is_member(found.own->varattno, columns)) {
            columns = bms_add_member(columns, found.own->varattno);
            equated = lappend(equated, pg::make(found));
        } else if (bms_num_members(read) > 1) {
            return false;
        }
    }
    if (!at_most_one_row(rte->relid, columns) || !key_goes_on(partner, equated))
        return false;
    drop(partner, equated, rest);
    return true;
}

/** Is each column of K still to be read? */
bool Reduction::key_goes_on(int partner, const List *equated) const {
    for (int i = 0; i < delta_->column_count; ++i) {
        Node *expression = reinterpret_cast<Node *>(entry(i)->expr);
        bool found = !is_key(i) || !bms_is_member(partner, pull_varnos(nullptr, expression));
        ListCell *cell;
        foreach (cell, equated)
            found = found || equal(expression, static_cast<Equated *>(lfirst(cell))->own);
        if (!found)
            return false;
    }
    return true;
}

/** Columns of K that were the partner's are from now on those that are equal to them. */
void Reduction::drop(int partner, const List *equated, List *rest) {
    for (int i = 0; i < delta_->column_count; ++i) {
        ListCell *cell;
        foreach (cell, equated) {
            const auto *columns = static_cast<Equated *>(lfirst(cell));
            if (is_key(i) && equal(entry(i)->expr, columns->own))
                entry(i)->expr = static_cast<Expr *>(copyObjectImpl(columns->other));
        }
    }
    flat_.clauses = rest;
    flat_.leaves = list_delete_int(flat_.leaves, partner);
    gone_ = bms_add_member(gone_, partner);
}

/** Is there nothing by which groups of one K could differ? */
bool Reduction::told_by_key() const {
    int keys = 0;
    for (int i = 0; i < delta_->column_count; ++i) {
        const Combine combine = delta_->columns[i].combine;
        const bool tells = combine == Combine::key || combine == Combine::carried;
        const Relids read = pull_varnos(nullptr, reinterpret_cast<Node *>(entry(i)->expr));
        keys += is_key(i) ? 1 : 0;
        if (tells && !is_key(i) && !bms_is_subset(read, gone_))
            return false;
    }
    return keys == rule_->key_count;
}

void Reduction::finish() {
    List *groups = NIL;
    ListCell *cell;
    foreach (cell, query_->groupClause) {
        TargetEntry *grouped = get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query_->targetList);
        if (is_key(grouped->resno - 1))
            groups = lappend(groups, lfirst(cell));
    }
    query_->groupClause = groups;
    for (int i = 0; i < delta_->column_count; ++i) {
        const Combine combine = delta_->columns[i].combine;
        auto *expression = reinterpret_cast<Node *>(entry(i)->expr);
        if ((combine == Combine::key || combine == Combine::carried) && !is_key(i)) {
            entry(i)->ressortgroupref = 0;
            entry(i)->expr = reinterpret_cast<Expr *>(
                makeNullConst(exprType(expression), exprTypmod(expression), exprCollation(expression)));
        }
    }
    List *from = NIL;
    foreach (cell, query_->rtable)
        if (lfirst_node(RangeTblEntry, cell)->rtekind == RTE_JOIN ||
            bms_is_member(foreach_current_index(cell) + 1, gone_))
            lfirst(cell) = unused_entry();
    foreach (cell, flat_.leaves) {
        RangeTblRef *reference = makeNode(RangeTblRef);
        reference->rtindex = lfirst_int(cell);
        from = lappend(from, reference);
    }
    query_->jointree = makeFromExpr(
        from, flat_.clauses == NIL ? nullptr : reinterpret_cast<Node *>(make_ands_explicit(flat_.clauses)));
}

bool Reduction::run(int changed) {
    if (rule_->key_count == 0 || !flatten(reinterpret_cast<Node *>(query_->jointree), &flat_))
        return false;
    ListCell *cell;
    foreach (cell, list_copy(flat_.leaves))
        if (lfirst_int(cell) != changed)
            (void)leave_out(lfirst_int(cell));
    if (bms_is_empty(gone_) || !told_by_key())
        return false;
    finish();
    return true;
}

} // namespace

Query *without_known_partners(const Rule *rule, const DeltaPlan *delta, const Query *query, const Contributing &from) {
    Query *reduced = pg::copy_node(from.contribution);
    return Reduction(rule, delta, query, reduced).run(from.leaf) ? reduced : nullptr;
}

} // namespace pgtv::plan
