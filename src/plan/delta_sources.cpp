// Chooses the strategy delta source by source. Lifetime: the planning of a rule.

#include "pg/postgres.hpp"
#include "plan/delta_sources.hpp"

#include "plan/changed_leaf.hpp"
#include "plan/delta.hpp"
#include "plan/direct_contribution.hpp"
#include "plan/exchange.hpp"
#include "plan/nullable_side.hpp"
#include "plan/provenance.hpp"
#include "plan/summary.hpp"

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
    Query *contribution = contribution_query(query, delta, leaf, false);
    if (contribution == nullptr)
        return "rows of the table do more than add to groups";
    ImageColumns own{NIL, NIL};
    const DerivationText text = derivation_text(list_make1(contribution), NIL, &own);
    if (const char *difference = verify_text(text, &own))
        return difference;
    need(needs, source->source, columns_needed(&own, source->source));
    source->contribution = text.sql;
    if (get_attnum(source->source, old_marker) == InvalidAttrNumber) // the operators are the same
        source->contribution_marked = pg_get_querydef(contribution_query(query, delta, leaf, true), false);
    source->keeps_groups = side_of(query, delta, leaf) == SideOfOuterJoin::adds;
    return nullptr;
}

const char *with_advice(const char *hint, const char *obstacle) {
    const char *advice = psprintf("Groups are recomputed: %s.", obstacle);
    return hint == nullptr ? advice : psprintf("%s %s", hint, advice);
}

bool may_add_up(const Rule *rule, const SourceRule *source) {
    return source->maintained && !source->irrelevant && !source->whole_row &&
           (source->strategy != Strategy::full || rule->key_count == 0);
}

void use_delta(Rule *rule, SourceRule *source, Query *query, DeltaPlan *delta, int leaf) {
    source->strategy = Strategy::delta;
    source->direct_contribution = find_direct_contribution(rule, query, delta, leaf, source);
    const bool looks_up = source->direct_contribution != nullptr && source->direct_contribution->lookup != nullptr;
    source->reason = looks_up ? "what the changed rows contribute is added to the stored groups; what joins with a "
                                "single row is found by index lookups"
                              : "what the changed rows contribute is added to the stored groups";
    source->hint = delta->group_count == 0 ? nullptr : source->hint;
    rule->delta = delta;
}

/** Groups that stand beside the rows: those of one subquery. */
void plan_summary(Rule *rule, Query *query, ImageColumns *needs) {
    const Summary *summary = nullptr;
    GroupBeside summarized = {0, NIL, nullptr};
    ListCell *cell;
    foreach (cell, rule->sources) {
        auto *source = static_cast<SourceRule *>(lfirst(cell));
        if (!may_add_up(rule, source))
            continue;
        const GroupBeside group = find_group_beside(query, source->source);
        if (!group.found() || (summary != nullptr && !(group == summarized)))
            continue;
        summarized = group;
        summary = summary != nullptr ? summary : find_summary(rule, query, group);
        const int leaf = summary != nullptr ? only_leaf(summary->query, source->source) : 0;
        if (leaf == 0 || plan_contribution(source, summary->query, summary->delta, leaf, needs) != nullptr)
            continue;
        use_delta(rule, source, summary->query, summary->delta, leaf);
        source->keeps_groups = true; // the rows beside which they stand are there without them
    }
}

} // namespace

void plan_deltas(Rule *rule, Query *query, ImageColumns *needs) {
    if (!query->hasAggs) {
        plan_summary(rule, query, needs);
        return;
    }
    DeltaPlan *delta = nullptr;
    const char *obstacle = find_delta(query, &delta);
    if (delta != nullptr && rule->key_count == 0 && delta->group_count > 0)
        obstacle = "no grouping column can serve as key";
    ListCell *cell;
    foreach (cell, rule->sources) {
        auto *source = static_cast<SourceRule *>(lfirst(cell));
        if (!may_add_up(rule, source))
            continue;
        const int leaf = only_leaf(query, source->source);
        const char *own = obstacle != nullptr ? obstacle : plan_contribution(source, query, delta, leaf, needs);
        if (own != nullptr) {
            source->hint = source->strategy == Strategy::keyed ? with_advice(source->hint, own) : source->hint;
            continue;
        }
        use_delta(rule, source, query, delta, leaf);
        source->exchange = find_exchange(rule, source, query, delta, leaf);
    }
}

} // namespace pgtv::plan
