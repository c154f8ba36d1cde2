// The clock of a database: turns due times of schedules into queued runs. Lifetime: a call.

#include "pg/postgres.hpp"
#include "scheduler/clock.hpp"

#include "pg/bridge.hpp"
#include "scheduler/due.hpp"
#include "scheduler/next_run.hpp"
#include "scheduler/run_table.hpp"
#include "scheduler/schedule.hpp"
#include "scheduler/sql_values.hpp"

namespace pgtv::scheduler {
namespace {

using pg::Sql;
using pg::SqlValue;

/** Runs made up for at most, and due times looked at for them. */
constexpr int most_missed = 100;
constexpr int most_steps = 100000;

/** One look at all schedules. */
struct Look {
    LookReason reason;
    TimestampTz now;
};

/** A row of tview.schedules. */
struct ScheduleRow {
    Oid relation;
    const char *schedule;
    const char *timezone;
    const char *plan;
    bool is_new; // or changed since next_run_at was computed
    TimestampTz anchor;
    TimestampTz next_run;
    Overlap overlap;
    const char *missed_rule;
    int64 jitter;
};

ScheduleRow read_row(const Sql &sql, uint64 row) {
    const char *planned = sql.text(row, 5);
    ScheduleRow schedule = {};
    schedule.relation = sql::oid_at(row, 1);
    schedule.schedule = sql.text(row, 2);
    schedule.timezone = sql.text(row, 3);
    schedule.plan = sql.text(row, 4);
    schedule.is_new = planned == nullptr || strcmp(planned, schedule.plan) != 0;
    schedule.anchor = sql::time_at(row, 6);
    schedule.next_run = sql::time_at(row, 7);
    schedule.overlap = strcmp(sql.text(row, 8), "queue_one") == 0 ? Overlap::queue_one : Overlap::skip;
    schedule.missed_rule = sql.text(row, 9);
    schedule.jitter = sql::int8_at(row, 10);
    return schedule;
}

ScheduleRow *read_schedules(int *count) {
    const MemoryContext memory = CurrentMemoryContext;
    Sql sql;
    const uint64 rows =
        sql.run("SELECT relation, schedule, timezone, plan, planned, anchor, next_run_at, overlap, missed_runs, "
                "(EXTRACT(epoch FROM jitter) * 1000000)::bigint FROM tview.schedules WHERE enabled "
                "ORDER BY next_run_at, relation",
                {});
    auto *schedules = static_cast<ScheduleRow *>(MemoryContextAlloc(memory, sizeof(ScheduleRow) * (rows + 1)));
    for (uint64 row = 0; row < rows; row++)
        schedules[row] = read_row(sql, row);
    *count = int(rows);
    return schedules;
}

/** Never waits for a session that drops the relation right now. */
void store(const ScheduleRow &schedule) {
    Sql sql;
    (void)sql.run("UPDATE tview.schedule_state SET next_run_at = $2 WHERE relation = "
                  "(SELECT relation FROM tview.schedule_state WHERE relation = $1 FOR UPDATE SKIP LOCKED)",
                  {SqlValue::of_relation(schedule.relation), sql::of_time_or_null(schedule.next_run)});
}

void store_new(const ScheduleRow &schedule) {
    Sql sql;
    (void)sql.run("DELETE FROM tview.schedule_state WHERE relation = "
                  "(SELECT relation FROM tview.schedule_state WHERE relation = $1 FOR UPDATE SKIP LOCKED)",
                  {SqlValue::of_relation(schedule.relation)});
    (void)sql.run("INSERT INTO tview.schedule_state (relation, plan, anchor, next_run_at) VALUES ($1, $2, $3, $4) "
                  "ON CONFLICT DO NOTHING",
                  {SqlValue::of_relation(schedule.relation), SqlValue::of_text(schedule.plan),
                   SqlValue::of_time(schedule.anchor), sql::of_time_or_null(schedule.next_run)});
}

/** Disabled and removed schedules begin anew when they come back. */
void forget_removed() {
    Sql sql;
    (void)sql.run("DELETE FROM tview.schedule_state WHERE relation IN (SELECT s.relation FROM tview.schedule_state s "
                  "WHERE NOT EXISTS (SELECT FROM tview.schedules x WHERE x.relation = s.relation AND x.enabled) "
                  "FOR UPDATE SKIP LOCKED)",
                  {});
}

/** The open runs of the relation that a due time has to do with. */
OpenRuns open_runs(const ScheduleRow &schedule, TimestampTz now) {
    Sql sql;
    (void)sql.run("SELECT count(*) FILTER (WHERE state = 'running'), count(*) FILTER (WHERE state = 'queued' "
                  "AND (due_at <= $2 OR trigger IN ('schedule', 'catch-up'))) "
                  "FROM tview.run WHERE relation = $1 AND state IN ('queued', 'running')",
                  {SqlValue::of_relation(schedule.relation), SqlValue::of_time(now)});
    return {sql::int8_at(0, 1) > 0, int(sql::int8_at(0, 2))};
}

/** The run whose failure stops the schedule, as a sentence; NULL if none does. */
const char *stopped_by(Oid relation) {
    Sql sql;
    if (sql.run("SELECT r.run_id, r.sqlstate FROM (SELECT * FROM tview.run WHERE relation = $1 "
                "AND state NOT IN ('queued', 'running', 'skipped') AND (trigger <> 'manual' OR state = 'success' "
                "OR fingerprint IS NOT NULL) ORDER BY run_id DESC LIMIT 1) r "
                "WHERE r.fingerprint = tview.definition_fingerprint($1) AND NOT EXISTS ("
                "SELECT FROM tview.registration g WHERE g.view = $1 "
                "AND (g.last_success_at > r.finished_at OR g.updated_at > r.finished_at))",
                {SqlValue::of_relation(relation)}) == 0)
        return nullptr;
    return psprintf("run %s failed with %s, which will not heal by itself: stopped until the view, its indexes or what "
                    "it reads change, or a refresh by hand succeeds",
                    sql.text(0, 1), sql.text(0, 2));
}

const char *current_run(Oid relation) {
    Sql sql;
    return sql.run("SELECT run_id FROM tview.run WHERE relation = $1 AND state = 'running' LIMIT 1",
                   {SqlValue::of_relation(relation)}) == 0
               ? "?"
               : sql.text(0, 1);
}

/** The run by schedule does what waiting attempts would have done. */
void supersede_retries(Oid relation, int64 run_id, TimestampTz now) {
    Sql sql;
    (void)sql.run(
        "UPDATE tview.run SET state = 'skipped', finished_at = pg_catalog.clock_timestamp(), "
        "message = 'run ' || $2::text || ' came first' WHERE run_id IN (SELECT run_id FROM tview.run "
        "WHERE relation = $1 AND state = 'queued' AND trigger = 'retry' AND due_at > $3 FOR UPDATE SKIP LOCKED)",
        {SqlValue::of_relation(relation), sql::of_int8(run_id), SqlValue::of_time(now)});
}

TimestampTz with_jitter(const ScheduleRow &schedule, TimestampTz due) {
    if (schedule.jitter <= 0)
        return due;
    uint64 random;
    if (!pg_strong_random(&random, sizeof(random)))
        return due;
    return due + TimestampTz(random % uint64(schedule.jitter + 1));
}

void queue(const ScheduleRow &schedule, const char *trigger, TimestampTz due, TimestampTz now) {
    const int64 run_id = insert_run({schedule.relation, trigger, with_jitter(schedule, due), 1});
    supersede_retries(schedule.relation, run_id, now);
}

void run_when_due(const ScheduleRow &schedule, TimestampTz now) {
    switch (decide_due(schedule.overlap, open_runs(schedule, now))) {
    case DueAction::queue:
        queue(schedule, "schedule", schedule.next_run, now);
        break;
    case DueAction::skip:
        note_skipped(schedule.relation, schedule.next_run,
                     psprintf("run %s is still at work", current_run(schedule.relation)));
        break;
    case DueAction::absorb:
        break;
    }
}

/** Queues the latest `wanted` of the due times up to `now`. */
void make_up(const ScheduleRow &schedule, int wanted, TimestampTz now) {
    TimestampTz latest[most_missed];
    const int room = std::min(wanted, most_missed);
    int found = 0;
    TimestampTz due = schedule.next_run;
    for (int step = 0; due <= now && step < most_steps; step++) {
        CHECK_FOR_INTERRUPTS();
        latest[found++ % room] = due;
        due = next_run(schedule.schedule, schedule.timezone, due, schedule.anchor);
    }
    for (int i = std::max(0, found - room); i < found; i++)
        (void)insert_run({schedule.relation, "catch-up", latest[i % room], 1});
}

void run_missed(const ScheduleRow &schedule, TimestampTz now) {
    const MissedRule rule = parse_missed_rule(schedule.missed_rule);
    switch (rule.kind) {
    case MissedKind::once:
        if (open_runs(schedule, now).queued == 0)
            queue(schedule, "catch-up", schedule.next_run, now);
        break;
    case MissedKind::skip:
        note_skipped(schedule.relation, schedule.next_run, "missed while the scheduler did not run");
        break;
    case MissedKind::all:
        make_up(schedule, rule.count, now);
        break;
    }
}

/** What was planned when the clock was ahead of today's. */
void plan_earlier(ScheduleRow *schedule, TimestampTz now) {
    const TimestampTz next = next_run(schedule->schedule, schedule->timezone, now, schedule->anchor);
    if (next >= schedule->next_run)
        return;
    schedule->next_run = next;
    store(*schedule);
}

void handle(ScheduleRow *schedule, const LookReason &reason, TimestampTz now) {
    if (schedule->is_new) {
        schedule->anchor = now;
        schedule->next_run = next_run(schedule->schedule, schedule->timezone, now, now);
        store_new(*schedule);
        return;
    }
    if (TIMESTAMP_IS_NOEND(schedule->next_run)) {
        if (reason.server_started && runs_at_start(schedule->schedule))
            queue(*schedule, "schedule", now, now);
        return;
    }
    if (schedule->next_run > now) {
        plan_earlier(schedule, now);
        return;
    }
    const char *stopped = stopped_by(schedule->relation);
    if (stopped != nullptr)
        note_skipped(schedule->relation, schedule->next_run, stopped);
    else if (is_missed(schedule->next_run, now, reason.first_look))
        run_missed(*schedule, now);
    else
        run_when_due(*schedule, now);
    schedule->next_run = next_run(schedule->schedule, schedule->timezone, now, schedule->anchor);
    store(*schedule);
}

/** A schedule that can no longer be read (a time zone is gone) ends; the others go on. */
void handle_safely(ScheduleRow *schedule, const Look &look) {
    if (!schedule->is_new && schedule->next_run > look.now && !look.reason.plan_again)
        return;
    ErrorData *error = pg::attempt([&] { handle(schedule, look.reason, look.now); });
    if (error == nullptr)
        return;
    if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION)
        ReThrowError(error);
    note_bad_schedule(schedule->relation, *error);
    schedule->anchor = look.now;
    schedule->next_run = DT_NOEND;
    store_new(*schedule);
}

} // namespace

ClockReading advance_clock(const LookReason &reason) {
    int count;
    ScheduleRow *schedules = read_schedules(&count);
    ClockReading reading = {DT_NOEND};
    const Look look = {reason, GetCurrentTimestamp()};
    for (int i = 0; i < count; i++) {
        handle_safely(&schedules[i], look);
        reading.next_run = std::min(reading.next_run, schedules[i].next_run);
    }
    forget_removed();
    (void)cancel_unwanted("queued", 0);
    return reading;
}

} // namespace pgtv::scheduler
