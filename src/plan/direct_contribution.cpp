// When a row joins the stored group of its key, the other relations' rows in that group are known to join with it too,
// if they are found through the key alone and are one each: then nothing but the row's own columns decides what it adds.
// Pure; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/direct_contribution.hpp"

#include "pg/nodes.hpp"
#include "plan/changed_leaf.hpp"
#include "plan/nullable_side.hpp"
#include "plan/occurrence.hpp"
#include "plan/provenance.hpp"
#include "plan/single_rows.hpp"

namespace pgtv::plan {
namespace {

bool reads_only(Node *node, int leaf) {
    return !columns_in(node, leaf).others;
}

/** Group columns that K does not cover must follow from it. */
bool fits_columns(const Query *query, const DeltaPlan *delta, int leaf, const Bitmapset *key) {
    for (int i = 0; i < delta->column_count; ++i) {
        const Combine combine = delta->columns[i].combine;
        if (combine == Combine::key || combine == Combine::carried) {
            Node *expression = reinterpret_cast<Node *>(list_nth_node(TargetEntry, query->targetList, i)->expr);
            if (!bms_is_subset(columns_in(expression, leaf).columns, key))
                return false;
        }
        const Aggref *call = delta->columns[i].call;
        if (call == nullptr)
            continue;
        if (!reads_only(reinterpret_cast<Node *>(call->args), leaf) ||
            !reads_only(reinterpret_cast<Node *>(call->aggfilter), leaf))
            return false;
    }
    return true;
}

/** Is what one row contributes to a group that is there known from the row? Fills the conditions on the row. */
bool is_direct(const ChangedLeaf &changed, const DeltaPlan *delta, List **own) {
    const Query *query = changed.query;
    const bool alone = bms_num_members(leaves_in_from(query)) == 1;
    if (query->hasSubLinks || (changed.key == nullptr && !(delta->group_count == 0 && alone)) ||
        !joins_with_single_rows(query, changed.leaf) || !fits_columns(query, delta, changed.leaf, changed.key) ||
        !changed.take_conditions(query->jointree->quals, own))
        return false;
    // The one group of an aggregate without GROUP BY is there whatever the conditions say.
    if (delta->group_count == 0 && list_length(*own) != list_length(conjuncts(query->jointree->quals)))
        return false;
    ListCell *cell;
    foreach (cell, query->jointree->fromlist)
        if (!changed.take_joins(static_cast<Node *>(lfirst(cell)), own))
            return false;
    // On the nullable side together with others: whether those join is not known either.
    return !changed.source->keeps_groups || changed.optional_join() != nullptr;
}

/** What the aggregate in that column takes; nullptr: none, or count(*). */
Expr *argument_of(const DeltaPlan *delta, int position) {
    const Aggref *call = delta->columns[position].call;
    return call == nullptr || call->args == NIL ? nullptr : linitial_node(TargetEntry, call->args)->expr;
}

Expr *filter_of(const DeltaPlan *delta, int position) {
    const Aggref *call = delta->columns[position].call;
    return call == nullptr ? nullptr : call->aggfilter;
}

/** The same with the rows that join. */
DirectContribution *look_up_contribution(const ChangedLeaf &changed, const DeltaPlan *delta) {
    Query *query = pg::copy_node(changed.query);
    join_inner(query, changed.leaf);
    List *expressions = NIL;
    for (int i = 0; i < delta->column_count; ++i)
        expressions = lappend(expressions, delta->columns[i].combine == Combine::key
                                               ? list_nth_node(TargetEntry, query->targetList, i)->expr
                                               : argument_of(delta, i));
    for (int i = 0; i < delta->column_count; ++i)
        expressions = lappend(expressions, filter_of(delta, i));
    RowLookup *lookup = find_joined_row(changed.rule, query, changed.leaf, expressions);
    if (lookup == nullptr)
        return nullptr;
    auto *direct = static_cast<DirectContribution *>(palloc0(sizeof(DirectContribution)));
    direct->source = changed.source->source;
    direct->lookup = lookup;
    return direct;
}

} // namespace

DirectContribution *find_direct_contribution(const Rule *rule, const Query *query, const DeltaPlan *delta, int leaf,
                                             const SourceRule *source) {
    List *own = NIL;
    const ChangedLeaf changed = changed_leaf(rule, query, source, leaf);
    if (!is_direct(changed, delta, &own))
        return look_up_contribution(changed, delta);
    auto *direct = static_cast<DirectContribution *>(palloc0(sizeof(DirectContribution)));
    const Size size = sizeof(Expr *) * static_cast<Size>(delta->column_count);
    direct->source = source->source;
    direct->condition = own == NIL ? nullptr : make_ands_explicit(own);
    direct->arguments = static_cast<Expr **>(palloc0(size));
    direct->filters = static_cast<Expr **>(palloc0(size));
    for (int i = 0; i < delta->column_count; ++i) {
        direct->filters[i] = filter_of(delta, i);
        direct->arguments[i] = argument_of(delta, i);
    }
    return direct;
}

DirectContribution *copy_direct_contribution(const DirectContribution *direct, const DeltaPlan *delta) {
    if (direct == nullptr)
        return nullptr;
    auto *copy = static_cast<DirectContribution *>(palloc(sizeof(DirectContribution)));
    const Size size = sizeof(Expr *) * static_cast<Size>(delta->column_count);
    *copy = *direct;
    copy->lookup = copy_row_lookup(direct->lookup);
    if (direct->lookup != nullptr)
        return copy;
    copy->condition = static_cast<Expr *>(copyObjectImpl(direct->condition));
    copy->arguments = static_cast<Expr **>(palloc0(size));
    copy->filters = static_cast<Expr **>(palloc0(size));
    for (int i = 0; i < delta->column_count; ++i) {
        copy->arguments[i] = static_cast<Expr *>(copyObjectImpl(direct->arguments[i]));
        copy->filters[i] = static_cast<Expr *>(copyObjectImpl(direct->filters[i]));
    }
    return copy;
}

} // namespace pgtv::plan
