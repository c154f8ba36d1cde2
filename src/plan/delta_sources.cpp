// Chooses the strategy delta source by source. Lifetime: the planning of a rule.

#include "pg/postgres.hpp"
#include "plan/delta_sources.hpp"

#include "plan/changed_leaf.hpp"
#include "plan/delta.hpp"
#include "plan/direct_contribution.hpp"
#include "plan/nullable_side.hpp"
#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

/** Does each row of the leaf make up a group of its own? To recompute the group reads no more than to add it up. */
bool is_one_group(const Query *query, int leaf) {
    Bitmapset *grouped = nullptr;
    ListCell *cell;
    foreach (cell, query->groupClause) {
        Node *expression = get_sortgroupclause_expr(lfirst_node(SortGroupClause, cell), query->targetList);
        if (IsA(expression, Var) && castNode(Var, expression)->varno == leaf)
            grouped = bms_add_member(grouped, castNode(Var, expression)->varattno);
    }
    foreach (cell, unique_keys(rt_fetch(leaf, query->rtable)->relid))
        if (bms_is_subset(static_cast<Bitmapset *>(lfirst(cell)), grouped))
            return true;
    return false;
}

/** nullptr, or why the contribution of this source cannot be computed. */
const char *plan_contribution(SourceRule *source, Query *query, const DeltaPlan *delta, int leaf, ImageColumns *needs) {
    if (leaf == 0)
        return "the table is read in more than one place, or inside a subquery";
    if (is_one_group(query, leaf))
        return "each row of the table is a group of its own";
    Query *contribution = contribution_query(query, delta, leaf);
    if (contribution == nullptr)
        return "rows of the table do more than add to groups";
    ImageColumns own{NIL, NIL};
    const DerivationText text = derivation_text(list_make1(contribution), NIL, &own);
    if (const char *difference = verify_text(text, &own))
        return difference;
    need(needs, source->source, columns_needed(&own, source->source));
    source->contribution = text.sql;
    source->keeps_groups = side_of(query, delta, leaf) == SideOfOuterJoin::adds;
    return nullptr;
}

const char *with_advice(const char *hint, const char *obstacle) {
    const char *advice = psprintf("Groups are recomputed: %s.", obstacle);
    return hint == nullptr ? advice : psprintf("%s %s", hint, advice);
}

} // namespace

void plan_deltas(Rule *rule, Query *query, ImageColumns *needs) {
    DeltaPlan *delta = nullptr;
    const char *obstacle = find_delta(query, &delta);
    if (delta != nullptr && rule->key_count == 0 && delta->group_count > 0)
        obstacle = "no grouping column can serve as key";
    ListCell *cell;
    foreach (cell, query->hasAggs ? rule->sources : NIL) {
        auto *source = static_cast<SourceRule *>(lfirst(cell));
        if (!source->maintained || source->irrelevant || source->whole_row ||
            (source->strategy == Strategy::full && rule->key_count > 0))
            continue;
        const int leaf = only_leaf(query, source->source);
        const char *own = obstacle != nullptr ? obstacle : plan_contribution(source, query, delta, leaf, needs);
        if (own != nullptr) {
            source->hint = source->strategy == Strategy::keyed ? with_advice(source->hint, own) : source->hint;
            continue;
        }
        source->strategy = Strategy::delta;
        source->direct_contribution = find_direct_contribution(rule, query, delta, leaf, source);
        const bool looks_up = source->direct_contribution != nullptr && source->direct_contribution->lookup != nullptr;
        source->reason = looks_up ? "what the changed rows contribute is added to the stored groups; what joins with a "
                                    "single row is found by index lookups"
                                  : "what the changed rows contribute is added to the stored groups";
        source->hint = delta->group_count == 0 ? nullptr : source->hint;
        rule->delta = delta;
    }
}

} // namespace pgtv::plan
