// Begin and end of an apply. Lifetime: a scope.

#include "pg/postgres.hpp"
#include "maintenance/apply_bracket.hpp"

namespace pgtv::maintenance {

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
    scope.shape = read_row_shape(scope.table, rule);
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
