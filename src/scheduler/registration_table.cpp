// The tables tview.registration and tview.run, as statements. Lifetime: a call.

#include "pg/postgres.hpp"
#include "scheduler/registration_table.hpp"

#include "pg/sql.hpp"

namespace pgtv::scheduler {
namespace {

using pg::SqlValue;

SqlValue of_interval(const Interval *interval) {
    return {INTERVALOID, PointerGetDatum(interval), interval == nullptr};
}

SqlValue of_tristate(int value) {
    return {BOOLOID, BoolGetDatum(value > 0), value < 0};
}

SqlValue of_count(int value) {
    return {INT4OID, Int32GetDatum(value), value < 0};
}

uint64 run_with_row(const char *statement, const Registration &row) {
    pg::Sql sql;
    return sql.run(statement,
                   {SqlValue::of_relation(row.relation), SqlValue::of_text(row.mode), SqlValue::of_text(row.schedule),
                    SqlValue::of_text(row.timezone), of_tristate(row.enabled), SqlValue::of_text(row.overlap),
                    SqlValue::of_text(row.missed_runs), of_interval(row.jitter), of_interval(row.max_runtime),
                    of_count(row.max_attempts)});
}

uint64 run_with_relation(const char *statement, Oid relation) {
    pg::Sql sql;
    return sql.run(statement, {SqlValue::of_relation(relation)});
}

void cancel_queued(Oid relation, const char *why) {
    pg::Sql sql;
    (void)sql.run("UPDATE tview.run SET state = 'canceled', finished_at = pg_catalog.clock_timestamp(), message = $2 "
                  "WHERE relation = $1 AND state = 'queued'",
                  {SqlValue::of_relation(relation), SqlValue::of_text(why)});
}

} // namespace

bool insert_registration(const Registration &row) {
    return run_with_row("INSERT INTO tview.registration (view, refresh_mode, schedule, timezone, enabled, overlap, "
                        "missed_runs, jitter, max_runtime, max_attempts) "
                        "VALUES ($1, $2, $3, $4, COALESCE($5, true), COALESCE($6, 'skip'), COALESCE($7, 'once'), "
                        "COALESCE($8, '0'), $9, $10) ON CONFLICT (view) DO NOTHING",
                        row) == 1;
}

bool update_registration(const Registration &row) {
    return run_with_row("UPDATE tview.registration SET refresh_mode = COALESCE($2, refresh_mode), "
                        "schedule = COALESCE($3, schedule), timezone = COALESCE($4, timezone), "
                        "enabled = COALESCE($5, enabled), overlap = COALESCE($6, overlap), "
                        "missed_runs = COALESCE($7, missed_runs), jitter = COALESCE($8, jitter), "
                        "max_runtime = COALESCE($9, max_runtime), max_attempts = COALESCE($10, max_attempts), "
                        "updated_at = pg_catalog.now() WHERE view = $1",
                        row) == 1;
}

void cancel_planned(Oid relation) {
    (void)run_with_relation(
        "UPDATE tview.run SET state = 'canceled', finished_at = pg_catalog.clock_timestamp(), "
        "message = 'the schedule was changed' WHERE relation = $1 AND state = 'queued' AND trigger = 'schedule' "
        "AND due_at > pg_catalog.clock_timestamp()",
        relation);
}

bool remove_schedule(Oid relation) {
    if (run_with_relation(
            "UPDATE tview.registration SET schedule = NULL, timezone = NULL, updated_at = pg_catalog.now() "
            "WHERE view = $1 AND schedule IS NOT NULL",
            relation) == 0)
        return false;
    cancel_queued(relation, "the schedule was removed");
    return true;
}

void remove_tview_rules(Oid tview) {
    (void)run_with_relation("DELETE FROM tview.registration WHERE view = $1", tview);
    cancel_queued(tview, "the schedule was removed");
}

bool delete_registration(Oid relation) {
    if (run_with_relation("DELETE FROM tview.registration WHERE view = $1", relation) == 0)
        return false;
    cancel_queued(relation, "the materialized view was unregistered");
    return true;
}

const char *registered_mode(Oid relation) {
    pg::Sql sql;
    const bool found =
        sql.run("SELECT refresh_mode FROM tview.registration WHERE view = $1", {SqlValue::of_relation(relation)}) == 1;
    return found ? sql.text(0, 1) : nullptr;
}

Datum registration_row(Oid relation) {
    pg::Sql sql;
    if (sql.run("SELECT r FROM tview.registration r WHERE view = $1", {SqlValue::of_relation(relation)}) != 1)
        elog(ERROR, "registration of relation %u not found", relation);
    return sql.composite();
}

void record_success(Oid relation, const Success &success) {
    pg::Sql sql;
    (void)sql.run("UPDATE tview.registration SET last_refresh_at = $2, last_refresh_duration_ms = $3, "
                  "last_refresh_status = 'success', last_refresh_sqlstate = NULL, last_refresh_error = NULL, "
                  "last_success_at = $2, consecutive_failures = 0 WHERE view = $1",
                  {SqlValue::of_relation(relation), SqlValue::of_time(success.started_at),
                   SqlValue::of_double(double(success.finished_at - success.started_at) / 1000.0)});
}

void insert_manual_run(Oid relation, const Success &success) {
    pg::Sql sql;
    (void)sql.run("INSERT INTO tview.run (relation, trigger, state, due_at, queued_at, started_at, finished_at, pid, "
                  "mode_used) VALUES ($1, 'manual', 'success', $2, $2, $2, $3, pg_catalog.pg_backend_pid(), $4)",
                  {SqlValue::of_relation(relation), SqlValue::of_time(success.started_at),
                   SqlValue::of_time(success.finished_at), SqlValue::of_text(success.mode)});
}

void relation_dropped(Oid relation, const char *name) {
    if (run_with_relation("SELECT WHERE EXISTS (SELECT FROM tview.registration WHERE view = $1) "
                          "OR EXISTS (SELECT FROM tview.schedule_state WHERE relation = $1) "
                          "OR EXISTS (SELECT FROM tview.run WHERE relation = $1)",
                          relation) == 0)
        return;
    (void)run_with_relation("DELETE FROM tview.registration WHERE view = $1", relation);
    (void)run_with_relation("DELETE FROM tview.schedule_state WHERE relation = $1", relation);
    cancel_queued(relation, "the relation was dropped");
    pg::Sql sql;
    (void)sql.run("UPDATE tview.run SET relation_name = $2 WHERE relation = $1",
                  {SqlValue::of_relation(relation), SqlValue::of_text(name)});
}

} // namespace pgtv::scheduler
