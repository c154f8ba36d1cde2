// Runs as rows of tview.run, and what a failure does to them and to the registration. Lifetime: a call.

#include "pg/postgres.hpp"
#include "scheduler/run_table.hpp"

#include "pg/sql.hpp"
#include "pg_tviews/settings.hpp"
#include "scheduler/retry.hpp"
#include "scheduler/sql_values.hpp"

namespace pgtv::scheduler {
namespace {

using pg::Sql;
using pg::SqlValue;

/** What finishing a run returns about it. */
struct FinishedRun {
    Oid relation;
    int attempt;
    TimestampTz started_at;
};

/** False if the run is not at work any more. */
bool store_failure(int64 run_id, const RunFailure &failure, bool permanent, FinishedRun *run) {
    Sql sql;
    if (sql.run("UPDATE tview.run SET state = $2, sqlstate = $3, message = $4, detail = $5, hint = $6, mode_used = $7, "
                "finished_at = pg_catalog.clock_timestamp(), "
                "fingerprint = CASE WHEN $8 THEN tview.definition_fingerprint(relation) END "
                "WHERE run_id = $1 AND state = 'running' RETURNING relation, attempt, started_at",
                {sql::of_int8(run_id),
                 SqlValue::of_text(failure.state),
                 SqlValue::of_text(unpack_sql_state(failure.sqlstate)),
                 SqlValue::of_text(failure.message),
                 SqlValue::of_text(failure.detail),
                 SqlValue::of_text(failure.hint),
                 SqlValue::of_text(failure.mode),
                 {BOOLOID, BoolGetDatum(permanent), false}}) == 0)
        return false;
    *run = {sql::oid_at(0, 1), sql::int4_at(0, 2), sql::time_at(0, 3)};
    return true;
}

int attempts_allowed(Oid relation) {
    Sql sql;
    if (sql.run("SELECT max_attempts FROM tview.registration WHERE view = $1", {SqlValue::of_relation(relation)}) ==
            0 ||
        sql::is_null(0, 1))
        return settings::max_attempts;
    return sql::int4_at(0, 1);
}

/** Unless the schedule comes sooner, or nobody looks after the relation any more. */
void queue_retry(const FinishedRun &run) {
    if (run.attempt >= attempts_allowed(run.relation))
        return;
    const TimestampTz due_at =
        GetCurrentTimestamp() + retry_pause(settings::retry_initial, settings::retry_max, run.attempt) * 1000;
    Sql sql;
    (void)sql.run(
        "INSERT INTO tview.run (relation, trigger, due_at, queued_at, attempt) "
        "SELECT $1, 'retry', $2, pg_catalog.clock_timestamp(), $3 "
        "WHERE (EXISTS (SELECT FROM tview.registration WHERE view = $1) OR EXISTS (SELECT FROM tview.tview WHERE relid "
        "= $1)) "
        "AND NOT EXISTS ("
        "SELECT FROM tview.schedule_state s WHERE s.relation = $1 AND s.next_run_at <= $2)",
        {SqlValue::of_relation(run.relation), SqlValue::of_time(due_at), SqlValue::of_integer(run.attempt + 1)});
}

/** Told later, by the scheduler, if somebody holds its row now. */
void tell_or_report(int64 run_id, const FinishedRun &run, const RunFailure &failure) {
    ErrorData facts = {};
    facts.sqlerrcode = failure.sqlstate;
    facts.message = const_cast<char *>(failure.message);
    FailedRefresh told = describe_failure(run.relation, failure.mode, run.started_at, facts);
    told.run_id = run_id;
    if (!tell_registration(told))
        report_failure_of_run(told);
}

/** Runs queued before are removed once they have ended. */
TimestampTz oldest_kept() {
    return GetCurrentTimestamp() - int64(settings::run_retention) * USECS_PER_SEC;
}

} // namespace

int64 insert_run(const NewRun &run) {
    Sql sql;
    (void)sql.run("INSERT INTO tview.run (relation, trigger, due_at, queued_at, attempt) "
                  "VALUES ($1, $2, $3, pg_catalog.clock_timestamp(), $4) RETURNING run_id",
                  {SqlValue::of_relation(run.relation), SqlValue::of_text(run.trigger), SqlValue::of_time(run.due_at),
                   SqlValue::of_integer(run.attempt)});
    return sql::int8_at(0, 1);
}

void note_skipped(Oid relation, TimestampTz due_at, const char *reason) {
    Sql sql;
    if (sql.run("UPDATE tview.run SET finished_at = pg_catalog.clock_timestamp() WHERE run_id = "
                "(SELECT run_id FROM tview.run WHERE run_id = (SELECT max(run_id) FROM tview.run WHERE relation = $1) "
                "AND state = 'skipped' AND message = $2 FOR UPDATE SKIP LOCKED)",
                {SqlValue::of_relation(relation), SqlValue::of_text(reason)}) > 0)
        return;
    (void)sql.run(
        "INSERT INTO tview.run (relation, trigger, state, due_at, queued_at, finished_at, message) "
        "VALUES ($1, 'schedule', 'skipped', $2, pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp(), $3)",
        {SqlValue::of_relation(relation), SqlValue::of_time(due_at), SqlValue::of_text(reason)});
}

void note_bad_schedule(Oid relation, const ErrorData &error) {
    Sql sql;
    (void)sql.run("INSERT INTO tview.run (relation, trigger, state, finished_at, sqlstate, message, detail, hint) "
                  "VALUES ($1, 'schedule', 'error', pg_catalog.clock_timestamp(), $2, $3, $4, $5)",
                  {SqlValue::of_relation(relation), SqlValue::of_text(unpack_sql_state(error.sqlerrcode)),
                   SqlValue::of_text(error.message), SqlValue::of_text(error.detail), SqlValue::of_text(error.hint)});
}

bool finish_successful_run(int64 run_id, const char *mode) {
    Sql sql;
    return sql.run("UPDATE tview.run SET state = 'success', finished_at = pg_catalog.clock_timestamp(), mode_used = $2 "
                   "WHERE run_id = $1 AND state = 'running'",
                   {sql::of_int8(run_id), SqlValue::of_text(mode)}) == 1;
}

void finish_failed_run(int64 run_id, const RunFailure &failure) {
    const bool crashed = strcmp(failure.state, "crashed") == 0;
    const FailureClass kind = strcmp(failure.state, "error") == 0 ? classify_failure(unpack_sql_state(failure.sqlstate))
                                                                  : FailureClass::other;
    FinishedRun run;
    if (!store_failure(run_id, failure, kind == FailureClass::permanent, &run))
        return;
    if (failure.begun)
        tell_or_report(run_id, run, failure);
    if (crashed || kind == FailureClass::passing)
        queue_retry(run);
}

bool cancel_unwanted(const char *state, int64 run_id) {
    Sql sql;
    return sql.run("UPDATE tview.run SET state = 'canceled', finished_at = pg_catalog.clock_timestamp(), "
                   "message = w.why FROM (SELECT q.run_id, x.why FROM tview.run q "
                   "LEFT JOIN tview.tview t ON t.relid = q.relation "
                   "LEFT JOIN tview.registration g ON g.view = q.relation CROSS JOIN LATERAL (SELECT "
                   "CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = q.relation) "
                   "THEN 'the relation was dropped' "
                   "WHEN t.relid IS NULL AND g.view IS NULL THEN 'the materialized view was unregistered' "
                   "WHEN q.trigger NOT IN ('schedule', 'catch-up') THEN NULL "
                   "WHEN CASE WHEN t.relid IS NULL THEN g.schedule ELSE t.schedule END IS NULL "
                   "THEN 'the schedule was removed' "
                   "WHEN NOT g.enabled THEN 'the schedule was suspended' END AS why) x "
                   "WHERE q.state IN ('queued', 'running') AND q.state = $1 AND ($2 = 0 OR q.run_id = $2) "
                   "AND x.why IS NOT NULL FOR UPDATE OF q SKIP LOCKED) w WHERE run.run_id = w.run_id",
                   {SqlValue::of_text(state), sql::of_int8(run_id)}) > 0;
}

void requeue_run(int64 run_id) {
    Sql sql;
    (void)sql.run("UPDATE tview.run SET state = 'queued', started_at = NULL, pid = NULL "
                  "WHERE run_id = $1 AND state = 'running'",
                  {sql::of_int8(run_id)});
}

/** A success that began later stays the last result. */
bool tell_registration(const FailedRefresh &failure) {
    Sql sql;
    const SqlValue relation = SqlValue::of_relation(failure.relation);
    const SqlValue started_at = SqlValue::of_time(failure.started_at);
    if (sql.run("UPDATE tview.registration SET last_refresh_at = $2, last_refresh_duration_ms = $3, "
                "last_refresh_status = 'error', last_refresh_sqlstate = $4, last_refresh_error = $5, "
                "consecutive_failures = consecutive_failures + 1 WHERE view = (SELECT view FROM tview.registration "
                "WHERE view = $1 AND (last_success_at BETWEEN $2 AND pg_catalog.clock_timestamp()) IS NOT TRUE FOR "
                "UPDATE SKIP LOCKED)",
                {relation, started_at, SqlValue::of_double(double(failure.finished_at - failure.started_at) / 1000.0),
                 SqlValue::of_text(unpack_sql_state(failure.sqlstate)), SqlValue::of_text(failure.message)}) == 1)
        return true;
    return sql.run("SELECT FROM tview.registration WHERE view = $1 AND (last_success_at BETWEEN $2 AND "
                   "pg_catalog.clock_timestamp()) IS NOT TRUE",
                   {relation, started_at}) == 0;
}

int64 insert_failed_refresh(const FailedRefresh &failure) {
    const auto text = [](const char *value) { return SqlValue::of_text(*value == '\0' ? nullptr : value); };
    Sql sql;
    (void)sql.run("INSERT INTO tview.run (relation, trigger, state, due_at, queued_at, started_at, finished_at, pid, "
                  "mode_used, sqlstate, message, detail, hint) "
                  "VALUES ($1, 'manual', 'error', $2, $2, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING run_id",
                  {SqlValue::of_relation(failure.relation), SqlValue::of_time(failure.started_at),
                   SqlValue::of_time(failure.finished_at), SqlValue::of_integer(failure.pid), text(failure.mode),
                   SqlValue::of_text(unpack_sql_state(failure.sqlstate)), text(failure.message), text(failure.detail),
                   text(failure.hint)});
    return sql::int8_at(0, 1);
}

void prune_runs() {
    Sql sql;
    (void)sql.run("DELETE FROM tview.run WHERE run_id IN (SELECT run_id FROM tview.run WHERE queued_at < $1 "
                  "AND state NOT IN ('queued', 'running') FOR UPDATE SKIP LOCKED)",
                  {SqlValue::of_time(oldest_kept())});
}

void prune_runs_of(Oid relation) {
    Sql sql;
    (void)sql.run("DELETE FROM tview.run WHERE run_id IN (SELECT run_id FROM tview.run WHERE relation = $1 "
                  "AND state NOT IN ('queued', 'running') AND (queued_at < $3 OR run_id <= "
                  "(SELECT run_id FROM tview.run WHERE relation = $1 ORDER BY run_id DESC OFFSET $2 LIMIT 1)) "
                  "FOR UPDATE SKIP LOCKED)",
                  {SqlValue::of_relation(relation), SqlValue::of_integer(settings::runs_per_relation),
                   SqlValue::of_time(oldest_kept())});
}

} // namespace pgtv::scheduler
