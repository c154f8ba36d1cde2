// What surrounds reading and writing a TVIEW: memory, snapshot, owner, trigger queue. Lifetime: a scope; abort
// undoes everything in it.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/row_shape.hpp"
#include "maintenance/row_writer.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** The TVIEW table while it is compared and written. */
struct ApplyScope {
    const plan::Rule *rule;
    Relation table;
    RowShape *shape;
    MemoryContext memory; // current within the scope, deleted at its end
    MemoryContext outer;
};

/** Opens the table and pushes a copy of the active snapshot that sees all this transaction did so far. */
ApplyScope begin_apply(const plan::Rule *rule, LOCKMODE mode);
/** Makes what was written visible to the commands to come. */
void end_apply(const ApplyScope &scope);

/**
 * Runs `body(scope, writer)` as the owner, then writes what was put off. Row triggers fire after the owner's restricted
 * context is left, in which no deferred trigger could be queued.
 */
template <typename Body>
RowCounts write_as_owner(const plan::Rule *rule, Body body) {
    const ApplyScope scope = begin_apply(rule, RowExclusiveLock);
    RowWriter writer(scope.table, scope.shape);
    AfterTriggerBeginQuery();
    {
        const pg::RunAs owner(pg::relation_owner(rule->tview));
        body(scope, &writer);
        writer.write_rest();
    }
    pg::unpin_settings();
    AfterTriggerEndQuery(writer.executor_state());
    writer.close();
    end_apply(scope);
    return writer.counts();
}

} // namespace pgtv::maintenance
