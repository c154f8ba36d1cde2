// Queries for one row of a group. Lifetime: the plans live with the rule.

#include "pg/postgres.hpp"
#include "maintenance/group_members.hpp"

#include "capture/rule_cache.hpp"
#include "maintenance/recompute_text.hpp"
#include "plan/delta.hpp"

namespace pgtv::maintenance {
namespace {

using plan::Combine;

// What the queries of one flush may cost together, as the planner estimates it. To recompute many small groups at once is
// cheaper than to ask for each; a scan of a table without an index is expensive for groups of any size.
constexpr double most_spent_on_small_groups = 2000;
constexpr double most_spent_on_large_groups = 100000;
constexpr double rows_of_large_group = 200;

struct Parameters {
    Oid *types;
    Datum *values;
    int count = 0;
};

/** " AND (m.c1 = $1) AND (m.c2 IS NULL)" … */
Parameters append_key(StringInfo text, const plan::DeltaPlan *delta, const GroupKey &key) {
    Parameters parameters = {static_cast<Oid *>(palloc(sizeof(Oid) * static_cast<Size>(delta->column_count))),
                             static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(delta->column_count)))};
    for (int i = 0; i < delta->column_count; i++) {
        const plan::DeltaColumn &column = delta->columns[i];
        if (column.combine != Combine::key)
            continue;
        if (key.nulls[i]) {
            appendStringInfo(text, " AND (m.c%d IS NULL)", i + 1);
            continue;
        }
        const Oid type = getBaseType(column.type);
        appendStringInfo(text, " AND (m.c%d", i + 1);
        append_operator(text, column.equality);
        appendStringInfo(text, "($%d", parameters.count + 1);
        append_collation(text, type, column.collation);
        appendStringInfoString(text, "))");
        parameters.types[parameters.count] = type;
        parameters.values[parameters.count++] = key.values[i];
    }
    return parameters;
}

SPIPlanPtr prepare(const plan::Rule *rule, const char *text, const Parameters &parameters) {
    SPIPlanPtr *kept = capture::plan_slot(rule, text);
    if (*kept == nullptr) {
        SPIPlanPtr plan = SPI_prepare_cursor(text, parameters.count, parameters.types, CURSOR_OPT_GENERIC_PLAN);
        if (plan == nullptr || SPI_keepplan(plan) != 0)
            elog(ERROR, "could not prepare a look into groups: %s", SPI_result_code_string(SPI_result));
        *kept = plan;
    }
    return *kept;
}

double estimated_cost(SPIPlanPtr plan) {
    double cost = 0;
    CachedPlan *cached = SPI_plan_get_cached_plan(plan);
    if (cached == nullptr)
        return most_spent_on_large_groups;
    ListCell *cell;
    foreach (cell, cached->stmt_list)
        cost += lfirst_node(PlannedStmt, cell)->planTree->total_cost;
    ReleaseCachedPlan(cached, CurrentResourceOwner);
    return cost;
}

/** As the statistics have it, negative if they have nothing. */
double row_estimate(Oid relation) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple))
        return -1;
    const double rows = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltuples;
    ReleaseSysCache(tuple);
    return rows;
}

bool has_large_groups(const plan::Rule *rule) {
    double rows = 0;
    ListCell *cell;
    foreach (cell, rule->sources)
        rows = std::max(rows, row_estimate(static_cast<plan::SourceRule *>(lfirst(cell))->source));
    return rows >= rows_of_large_group * std::max(row_estimate(rule->tview), 1.0);
}

} // namespace

bool GroupMembers::affordable(SPIPlanPtr plan) {
    const bool first = spent_ == 0;
    spent_ += estimated_cost(plan);
    return first || spent_ <= most_spent_on_small_groups ||
           (spent_ <= most_spent_on_large_groups && has_large_groups(rule_));
}

Found GroupMembers::run(const Wanted &wanted, const GroupKey &key, Datum *result) {
    if (rule_->delta->members == nullptr)
        return Found::unknown;
    const bool guarded = wanted.position >= 0 && rule_->delta->columns[wanted.position].may_raise;
    const MemoryContext caller = CurrentMemoryContext;
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, "SELECT %s FROM %s(%s) m WHERE true", wanted.selected, guarded ? "(SELECT m.* FROM " : "",
                     rule_->delta->members);
    const Parameters parameters = append_key(&text, rule_->delta, key);
    // Behind OFFSET 0 inputs are computed of rows of the group only.
    appendStringInfo(&text, "%s%s LIMIT 1", guarded ? " OFFSET 0) m WHERE true" : "", wanted.condition);
    SPIPlanPtr plan = prepare(rule_, text.data, parameters);
    Found found = Found::unknown;
    if (affordable(plan)) {
        // Exactly the active snapshot, see recompute.cpp.
        if (SPI_execute_plan(plan, parameters.values, nullptr, true, 1) != SPI_OK_SELECT)
            elog(ERROR, "could not look into a group");
        found = SPI_processed > 0 ? Found::yes : Found::no;
    }
    if (found == Found::yes && result != nullptr) {
        bool null = false;
        const Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null);
        const Form_pg_attribute attribute = TupleDescAttr(SPI_tuptable->tupdesc, 0);
        const MemoryContext spi = MemoryContextSwitchTo(caller);
        *result = null ? Datum(0) : datumCopy(value, attribute->attbyval, attribute->attlen);
        MemoryContextSwitchTo(spi);
    }
    SPI_finish();
    return found;
}

Found GroupMembers::any_row(const GroupKey &key) {
    return run({-1, "1", ""}, key, nullptr);
}

Found GroupMembers::any_input(int column, const GroupKey &key) {
    return run({column, "1", psprintf(" AND (m.c%d IS NOT NULL)", column + 1)}, key, nullptr);
}

Found GroupMembers::any_truth(int column, bool truth, const GroupKey &key) {
    return run({column, "1", psprintf(" AND %sm.c%d", truth ? "" : "NOT ", column + 1)}, key, nullptr);
}

Found GroupMembers::any_with_bit(int column, int bit, bool set, const GroupKey &key) {
    const char *condition =
        psprintf(" AND ((m.c%d::bigint OPERATOR(pg_catalog.>>) %d) OPERATOR(pg_catalog.&) 1 OPERATOR(pg_catalog.=) %d)",
                 column + 1, bit, set ? 1 : 0);
    return run({column, "1", condition}, key, nullptr);
}

Found GroupMembers::any_of_scale(int column, int32 scale, const GroupKey &key) {
    const char *condition = psprintf(" AND (pg_catalog.scale(m.c%d) OPERATOR(pg_catalog.>=) %d)", column + 1, scale);
    return run({column, "1", condition}, key, nullptr);
}

Found GroupMembers::extremum(int column, const GroupKey &key, Datum *result) {
    const plan::DeltaColumn &about = rule_->delta->columns[column];
    if (!about.can_seek)
        return Found::unknown;
    const char *condition = psprintf(" AND (m.c%d IS NOT NULL) ORDER BY m.c%d%s", column + 1, column + 1,
                                     about.combine == Combine::smallest ? "" : " DESC");
    return run({column, psprintf("m.c%d", column + 1), condition}, key, result);
}

} // namespace pgtv::maintenance
