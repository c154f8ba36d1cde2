// Begin and end of an apply. Lifetime: a scope.

#include "pg/postgres.hpp"
#include "maintenance/apply_bracket.hpp"

#include "maintenance/recompute_plans.hpp"

namespace pgtv::maintenance {
namespace {

/** A copy for the caller to change. What it is read from changes only with an invalidation that takes the rule along. */
RowShape *shape_of(const plan::Rule *rule, Relation table) {
    RuleQueries *queries = queries_of(rule);
    if (queries->shape == nullptr)
        queries->shape = make_for_rule(queries, [=] { return read_row_shape(table, rule); });
    auto *shape = static_cast<RowShape *>(palloc(sizeof(RowShape)));
    *shape = *queries->shape;
    shape->desc = RelationGetDescr(table);
    return shape;
}

} // namespace

ApplyScope begin_apply(const plan::Rule *rule, LOCKMODE mode) {
    CommandCounterIncrement();
    ApplyScope scope;
    scope.rule = rule;
    scope.outer = CurrentMemoryContext;
    scope.memory = AllocSetContextCreate(CurrentMemoryContext, "pg_tviews apply", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(scope.memory);
    PushCopiedSnapshot(GetActiveSnapshot());
    UpdateActiveSnapshotCommandId();
    scope.table = table_open(rule->tview, mode);
    scope.shape = shape_of(rule, scope.table);
    return scope;
}

void end_apply(const ApplyScope &scope) {
    table_close(scope.table, NoLock);
    PopActiveSnapshot();
    MemoryContextSwitchTo(scope.outer);
    MemoryContextDelete(scope.memory);
    CommandCounterIncrement();
}

} // namespace pgtv::maintenance
