// sources: src/scheduler/retry.cpp src/scheduler/due.cpp src/scheduler/run_order.cpp
// The decisions of the scheduler: which failures are tried again and when, what becomes of a due time, who starts first.
#include "unit.hpp"

#include "scheduler/due.hpp"
#include "scheduler/retry.hpp"
#include "scheduler/run_order.hpp"

using namespace pgtv::scheduler;

TEST(passing_failures_are_told_from_permanent_ones) {
    for (const char *state : {"40001", "40P01", "55P03", "57P01", "53300", "53200", "08006"})
        CHECK(classify_failure(state) == FailureClass::passing);
    for (const char *state : {"42P01", "42501", "22012", "23505", "0A000", "55000"})
        CHECK(classify_failure(state) == FailureClass::permanent);
    for (const char *state : {"57014", "XX000", "P0001", "21000", "55006", "0A001"})
        CHECK(classify_failure(state) == FailureClass::other);
}

TEST(pauses_double_up_to_the_limit) {
    CHECK(retry_pause(5000, 300000, 1) == 5000);
    CHECK(retry_pause(5000, 300000, 2) == 10000);
    CHECK(retry_pause(5000, 300000, 6) == 160000);
    CHECK(retry_pause(5000, 300000, 7) == 300000);
    CHECK(retry_pause(5000, 300000, 2000000000) == 300000);
    CHECK(retry_pause(0, 300000, 100) == 0);
    CHECK(retry_pause(10000, 5000, 1) == 5000);
}

TEST(a_due_time_during_a_run_is_skipped_or_queued_once) {
    CHECK(decide_due(Overlap::skip, {false, 0}) == DueAction::queue);
    CHECK(decide_due(Overlap::skip, {true, 0}) == DueAction::skip);
    CHECK(decide_due(Overlap::queue_one, {true, 0}) == DueAction::queue);
    CHECK(decide_due(Overlap::queue_one, {true, 1}) == DueAction::absorb);
    CHECK(decide_due(Overlap::skip, {false, 1}) == DueAction::absorb);
}

TEST(rules_for_missed_runs) {
    CHECK(parse_missed_rule("once").kind == MissedKind::once);
    CHECK(parse_missed_rule("skip").kind == MissedKind::skip);
    CHECK(parse_missed_rule("all(3)").kind == MissedKind::all);
    CHECK(parse_missed_rule("all(3)").count == 3);
    for (const char *text : {"", "all", "all()", "all(0)", "all(-1)", "all(3", "all(99999999999)", "all(3x)"})
        CHECK(parse_missed_rule(text).kind == MissedKind::once);
}

TEST(only_due_times_nobody_looked_at_are_missed) {
    CHECK(!is_missed(0, 500000, true));
    CHECK(is_missed(0, 2000000, true));
    CHECK(!is_missed(0, 2000000, false));
    CHECK(is_missed(0, 11000000, false));
}

namespace {

/** Where one owner has everything, or it does not matter whose turn it is. */
int choose(const Choice &choice, int room) {
    std::uint32_t last_owner = 0;
    return choose_runs(choice, room, &last_owner);
}

} // namespace

TEST(runs_start_in_due_order_within_the_room) {
    PendingRun runs[] = {{1, 10, 100, false, 1, false},
                         {2, 20, 100, false, 1, false},
                         {3, 30, 101, false, 1, false},
                         {4, 40, 900, false, 1, false}};
    CHECK(choose({runs, 4, nullptr, 0, 200}, 2) == 2);
    CHECK(runs[0].chosen && runs[1].chosen && !runs[2].chosen && !runs[3].chosen);
}

TEST(a_relation_has_one_run_at_a_time) {
    PendingRun queued_twice[] = {{1, 10, 100, false, 1, false}, {2, 10, 101, false, 1, false}};
    CHECK(choose({queued_twice, 2, nullptr, 0, 200}, 4) == 1);
    CHECK(queued_twice[0].chosen);
    PendingRun at_work[] = {{2, 10, 101, false, 1, false}, {1, 10, 150, true, 1, false}};
    CHECK(choose({at_work, 2, nullptr, 0, 200}, 4) == 0);
}

TEST(what_is_read_runs_before_its_readers) {
    const ReadsFrom reads[] = {{10, 20}, {20, 30}, {10, 30}};
    PendingRun runs[] = {{1, 10, 100, false, 1, false},
                         {2, 20, 100, false, 1, false},
                         {3, 30, 100, false, 1, false},
                         {4, 40, 100, false, 1, false}};
    CHECK(choose({runs, 4, reads, 3, 200}, 4) == 2);
    CHECK(!runs[0].chosen && !runs[1].chosen && runs[2].chosen && runs[3].chosen);
}

TEST(a_source_at_work_is_waited_for) {
    const ReadsFrom reads[] = {{10, 20}};
    PendingRun runs[] = {{1, 20, 99, true, 1, false}, {2, 10, 100, false, 1, false}};
    CHECK(choose({runs, 2, reads, 1, 200}, 4) == 0);
}

TEST(a_source_due_later_does_not_hold_a_reader_up) {
    const ReadsFrom reads[] = {{10, 20}};
    PendingRun runs[] = {{2, 10, 100, false, 1, false}, {1, 20, 101, true, 1, false}};
    CHECK(choose({runs, 2, reads, 1, 200}, 4) == 1);
    CHECK(runs[0].chosen);
}

TEST(a_source_whose_time_has_not_come_is_not_waited_for) {
    const ReadsFrom reads[] = {{10, 20}};
    PendingRun runs[] = {{2, 10, 100, false, 1, false}, {1, 20, 100, false, 1, false}};
    CHECK(choose({runs, 2, reads, 1, 99}, 4) == 0);
    CHECK(choose({runs, 1, reads, 1, 100}, 4) == 1);
}

TEST(owners_take_turns) {
    PendingRun runs[] = {{1, 11, 100, false, 1, false}, {2, 12, 100, false, 1, false}, {3, 13, 100, false, 1, false},
                         {4, 21, 150, false, 2, false}, {5, 31, 160, false, 3, false}, {6, 32, 170, false, 3, false}};
    std::uint32_t last_owner = 1;
    for (const int expected : {3, 4, 0, 5, 1, 2}) {
        CHECK(choose_runs({runs, 6, nullptr, 0, 200}, 1, &last_owner) == 1);
        CHECK(runs[expected].chosen);
        runs[expected].chosen = false;
        runs[expected].due = 1000; // it has ended
    }
    CHECK(choose_runs({runs, 6, nullptr, 0, 200}, 1, &last_owner) == 0);
}

TEST(an_owner_whose_runs_wait_does_not_hold_up_the_turn) {
    const ReadsFrom reads[] = {{20, 10}};
    PendingRun runs[] = {{1, 10, 100, true, 1, false}, {2, 20, 100, false, 2, false}, {3, 11, 101, false, 1, false}};
    std::uint32_t last_owner = 1;
    CHECK(choose_runs({runs, 3, reads, 1, 200}, 2, &last_owner) == 1);
    CHECK(runs[2].chosen && last_owner == 1);
}
