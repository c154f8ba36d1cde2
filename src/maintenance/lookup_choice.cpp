// Compares the planner's costs. Lifetime: a call.

#include "pg/postgres.hpp"
#include "maintenance/lookup_choice.hpp"

#include "plan/row_lookup.hpp"

namespace pgtv::maintenance {
namespace {

/** For how many elements of an array the planner makes a plan when it does not know them. */
constexpr double assumed_elements = 10;

/** A lookup that finds no index costs as much as all rows. The planner takes index lookups for dearer than they are. */
constexpr double scans_are_dearer_by = 4;

constexpr int fewest_keys_of_scan = 4;

/** What looking a row of one table up without a query takes, in the planner's units. */
constexpr double cost_of_lookup = 0.08;

/**
 * While it lives, the planner takes most pages for cached: the rows that a change reaches were read or written just
 * before, or are few.
 */
class CachedPages {
public:
    CachedPages() : level_(NewGUCNestLevel()) {
        for (const char *name : {"seq_page_cost", "random_page_cost"})
            (void)set_config_option(name, "0.2", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    }
    ~CachedPages() {
        AtEOXact_GUC(true, level_);
    }
    CachedPages(const CachedPages &) = delete;
    CachedPages &operator=(const CachedPages &) = delete;

private:
    int level_;
};

struct Costs {
    double startup;
    double total;
};

/** Of the generic plan, which is made now if need be. */
Costs costs_of(const RuleQueries *queries, SavedQuery *query) {
    CachedPlan *plan = SPI_plan_get_cached_plan(get_plan(queries, query));
    if (plan == nullptr)
        elog(ERROR, "the recomputation of %s has no plan", queries->table);
    const Plan *top = linitial_node(PlannedStmt, plan->stmt_list)->planTree;
    const Costs costs = {top->startup_cost, top->total_cost};
    ReleaseCachedPlan(plan, CurrentResourceOwner);
    return costs;
}

int as_number_of_keys(double number) {
    return int(std::clamp(number, double(fewest_keys_of_scan), double(PG_INT32_MAX)));
}

} // namespace

Lookup first_lookup(const RuleQueries *queries, const KeyChunk *chunk) {
    if (chunk == nullptr)
        return Lookup::all;
    if (chunk->count == 1)
        return Lookup::single;
    if (chunk->count <= few_keys)
        return Lookup::relation;
    if (chunk->column_count > 1)
        return Lookup::many;
    for (int i = 0; i < queries->rule->key_count; i++)
        if (!bms_is_member(i, chunk->null_columns))
            return OidIsValid(queries->keys[i].array_type) ? Lookup::array : Lookup::many;
    return Lookup::single;
}

bool scan_beats_lookups(RuleQueries *queries, int keys) {
    SavedQuery *all = find_query(queries, {Side::computed, Lookup::all, nullptr});
    if (*all->plan == nullptr || queries->lookups_worth_a_scan == 0) {
        const CachedPages cached;
        const int tables = list_length(queries->rule->lookup->leaves);
        queries->lookups_worth_a_scan = as_number_of_keys(costs_of(queries, all).total / (cost_of_lookup * tables));
    }
    return keys >= queries->lookups_worth_a_scan;
}

bool scan_is_cheaper(RuleQueries *queries, const KeyChunk &chunk) {
    if (chunk.count < fewest_keys_of_scan)
        return false;
    SavedQuery *one = find_query(queries, {Side::computed, Lookup::single, chunk.null_columns});
    SavedQuery *all = find_query(queries, {Side::computed, Lookup::all, nullptr});
    if (*one->plan == nullptr || *all->plan == nullptr || queries->keys_worth_a_scan == 0) {
        const CachedPages cached;
        queries->keys_worth_a_scan =
            as_number_of_keys(scans_are_dearer_by * costs_of(queries, all).total / (costs_of(queries, one).total + 1));
    }
    return chunk.count >= queries->keys_worth_a_scan;
}

Lookup cheaper_lookup(RuleQueries *queries, const QueryKind &kind, const KeyChunk &chunk) {
    const int keys = chunk.count;
    if (scan_is_cheaper(queries, chunk))
        return Lookup::scan;
    if (kind.lookup != Lookup::array)
        return kind.lookup;
    SavedQuery *by_array = find_query(queries, kind);
    if (*by_array->plan == nullptr || !by_array->compared) {
        const CachedPages cached;
        const Costs once = costs_of(queries, by_array);
        const Costs each = costs_of(queries, find_query(queries, {kind.side, Lookup::many, kind.null_columns}));
        by_array->dearer = each.total < once.startup + (once.total - once.startup) * keys / assumed_elements;
        by_array->compared = true;
    }
    return by_array->dearer ? Lookup::many : Lookup::array;
}

} // namespace pgtv::maintenance
