// The queue of runs of a database: what was lost is settled, what is due is chosen. Lifetime: a call.

#include "pg/postgres.hpp"
#include "scheduler/run_queue.hpp"

#include "scheduler/run_order.hpp"
#include "scheduler/run_table.hpp"
#include "scheduler/sql_values.hpp"

namespace pgtv::scheduler {
namespace {

using pg::Sql;
using pg::SqlValue;

/** Of runs looked at together. */
constexpr int most_pending = 10000;

struct PendingRuns {
    PendingRun *runs;
    int count;
};

/** Those at work, and of each relation the one that is next: however many somebody queues, others get their turn. */
PendingRuns read_pending() {
    const MemoryContext memory = CurrentMemoryContext;
    Sql sql;
    const uint64 rows = sql.run(
        "SELECT run_id, relation, due_at, running, c.relowner FROM (SELECT DISTINCT ON (relation, number) run_id, "
        "relation, "
        "due_at, running FROM (SELECT *, state = 'running' AS running, "
        "CASE WHEN state = 'running' THEN run_id END AS number FROM tview.run WHERE state IN ('queued', 'running')) o "
        "ORDER BY relation, number, due_at, run_id) x LEFT JOIN pg_catalog.pg_class c ON c.oid = x.relation ORDER BY "
        "due_at, run_id LIMIT $1",
        {SqlValue::of_integer(most_pending)});
    auto *runs = static_cast<PendingRun *>(MemoryContextAlloc(memory, sizeof(PendingRun) * (rows + 1)));
    for (uint64 row = 0; row < rows; row++)
        runs[row] = {.run_id = sql::int8_at(row, 1),
                     .relation = sql::oid_at(row, 2),
                     .due = sql::time_at(row, 3),
                     .running = sql::bool_at(row, 4),
                     .owner = sql::oid_at(row, 5),
                     .chosen = false};
    return {runs, int(rows)};
}

SqlValue relations_of(const PendingRuns &pending, TimestampTz now) {
    auto *elements = static_cast<Datum *>(palloc(sizeof(Datum) * size_t(pending.count + 1)));
    int count = 0;
    for (int i = 0; i < pending.count; i++)
        if (pending.runs[i].running || pending.runs[i].due <= now)
            elements[count++] = ObjectIdGetDatum(pending.runs[i].relation);
    ArrayType *array = construct_array(elements, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT);
    return {OIDARRAYOID, PointerGetDatum(array), false};
}

/** Which of the pending relations read which, through any number of views and materialized views between them. */
ReadsFrom *read_dependencies(const PendingRuns &pending, TimestampTz now, int *count) {
    const MemoryContext memory = CurrentMemoryContext;
    const SqlValue relations = relations_of(pending, now);
    Sql sql;
    const uint64 rows =
        sql.run("WITH RECURSIVE reads (reader, source) AS ("
                "SELECT r.oid, d.refobjid FROM pg_catalog.unnest($1) AS r (oid) "
                "LEFT JOIN tview.tview t ON t.relid = r.oid "
                "JOIN pg_catalog.pg_rewrite w ON w.ev_class = COALESCE(t.view, r.oid) "
                "JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid "
                "AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> w.ev_class "
                "UNION "
                "SELECT reads.reader, d.refobjid FROM reads "
                "LEFT JOIN tview.tview t ON t.relid = reads.source "
                "JOIN pg_catalog.pg_rewrite w ON w.ev_class = COALESCE(t.view, reads.source) "
                "JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid "
                "AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> w.ev_class) "
                "SELECT DISTINCT reader, source FROM reads WHERE source = ANY ($1) AND reader <> source",
                {relations});
    auto *reads = static_cast<ReadsFrom *>(MemoryContextAlloc(memory, sizeof(ReadsFrom) * (rows + 1)));
    for (uint64 row = 0; row < rows; row++)
        reads[row] = {sql::oid_at(row, 1), sql::oid_at(row, 2)};
    *count = int(rows);
    return reads;
}

/** False if a session has the run locked (it cancels it, or drops the relation) or it is not queued any more. */
bool mark_started(int64 run_id) {
    Sql sql;
    return sql.run("UPDATE tview.run SET state = 'running', started_at = pg_catalog.clock_timestamp(), pid = NULL "
                   "WHERE run_id = (SELECT run_id FROM tview.run WHERE run_id = $1 AND state = 'queued' "
                   "FOR UPDATE SKIP LOCKED)",
                   {sql::of_int8(run_id)}) == 1;
}

/** The slot is taken last: giving one back wakes everybody, this scheduler too. */
void start(QueueReading *reading, const PendingRun &run) {
    if (!mark_started(run.run_id)) {
        reading->look_soon = true;
        return;
    }
    const SlotClaim claim = take_slot(run.run_id, run.relation);
    if (claim.index < 0) {
        requeue_run(run.run_id);
        reading->waiting = true;
        return;
    }
    reading->relations[reading->started] = run.relation;
    reading->claims[reading->started++] = claim;
}

/** False if a session has the run locked: it drops the relation. */
bool settle_lost(int64 run_id, bool server_started) {
    bool begun;
    {
        Sql sql;
        if (sql.run("SELECT pid IS NOT NULL FROM tview.run WHERE run_id = $1 FOR UPDATE SKIP LOCKED",
                    {sql::of_int8(run_id)}) == 0)
            return false;
        begun = sql::bool_at(0, 1);
    }
    if (server_started && !begun) {
        requeue_run(run_id);
        return true;
    }
    finish_failed_run(run_id, {.state = "crashed",
                               .sqlstate = ERRCODE_CRASH_SHUTDOWN,
                               .message = "the worker of the run ended before the run did",
                               .detail = nullptr,
                               .hint = "The server log says why.",
                               .mode = nullptr,
                               .begun = true});
    return true;
}

/** Whose turn it is outlives this scheduler: it leaves while runs wait for others that take long. */
int choose(const Choice &choice) {
    Oid owner = InvalidOid;
    {
        const SharedStateLock lock;
        const DatabaseEntry *entry = find_database(find_shared_state(), MyDatabaseId);
        owner = entry == nullptr ? InvalidOid : entry->last_owner;
    }
    const int chosen = choose_runs(choice, free_slots(), &owner);
    const SharedStateLock lock;
    DatabaseEntry *entry = find_database(find_shared_state(), MyDatabaseId);
    if (entry != nullptr)
        entry->last_owner = owner;
    return chosen;
}

} // namespace

bool settle_lost_runs(bool server_started) {
    ListCell *cell;
    foreach (cell, take_evicted_runs())
        requeue_run(static_cast<SlotClaim *>(lfirst(cell))->run_id);
    const PendingRuns pending = read_pending();
    bool all = true;
    for (int i = 0; i < pending.count; i++)
        if (pending.runs[i].running && !has_slot(pending.runs[i].run_id))
            all = settle_lost(pending.runs[i].run_id, server_started) && all;
    return all;
}

void choose_due_runs(QueueReading *reading) {
    const PendingRuns pending = read_pending();
    const TimestampTz now = GetCurrentTimestamp();
    int due = 0;
    for (int i = 0; i < pending.count; i++) {
        if (pending.runs[i].running)
            reading->at_work++;
        else if (pending.runs[i].due <= now)
            due++;
        else
            reading->next_due = std::min(reading->next_due, TimestampTz(pending.runs[i].due));
    }
    if (due == 0)
        return;
    int read_count = 0;
    const ReadsFrom *reads = due + reading->at_work > 1 ? read_dependencies(pending, now, &read_count) : nullptr;
    const int chosen = choose({pending.runs, pending.count, reads, read_count, now});
    for (int i = 0; i < pending.count; i++)
        if (pending.runs[i].chosen)
            start(reading, pending.runs[i]);
    reading->waiting = reading->waiting || chosen < due;
}

} // namespace pgtv::scheduler
