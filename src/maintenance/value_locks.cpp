// Takes the locks of a flush. What a transaction holds is what the lock manager says; only how much it holds is counted
// here, to escalate in time. Lifetime: transaction (the counts), the flush (everything else).

#include "pg/postgres.hpp"
#include "maintenance/value_locks.hpp"

#include "maintenance/lock_budget.hpp"
#include "pg_tviews/counters.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::maintenance {
namespace {

/** A flush that wants more than this many times the threshold waits for the whole TVIEW. */
constexpr int64 patience = 8;

constexpr int rounds_before_queueing = 16;

LOCKMODE lock_mode(ValueMode mode) {
    switch (mode) {
    case ValueMode::row_exclusive:
        return RowExclusiveLock;
    case ValueMode::share:
        return ShareLock;
    case ValueMode::share_row_exclusive:
        return ShareRowExclusiveLock;
    default:
        return ExclusiveLock;
    }
}

void note_taken(WantedLock *lock, ValueMode mode) {
    lock->taken = uint8(lock->taken | uint8(mode));
    counters::running.locks_taken++;
}

} // namespace

ValueLocks::ValueLocks(Oid tview) : tview_(tview), wanted_(pg::ContextAllocator<WantedLock>(CurrentMemoryContext)) {
    whole_ = pg::holds_lock(whole_lock(), ShareRowExclusiveLock);
}

void ValueLocks::share_tview() {
    if (!whole_ && !shared_ && !try_share())
        wait_for_share();
}

Taken ValueLocks::take_whole() {
    if (whole_ || try_whole())
        return Taken::kept;
    wait_for_whole();
    return Taken::retaken;
}

bool ValueLocks::want(ValueKind kind, uint32 hash, LockUse use) {
    if (whole_ || too_many_)
        return false;
    wanted_.add(kind, hash, use);
    // Not exact before they are merged, but a multiple of any number that is waited for.
    const int64 most = 4 * patience * settings::lock_escalation_threshold;
    if (int64(wanted_.size()) > most) {
        wanted_.merge();
        too_many_ = int64(wanted_.size()) > most / 2;
    }
    return !too_many_;
}

Taken ValueLocks::take() {
    if (whole_)
        return Taken::kept;
    wanted_.merge();
    const Escalation escalation = this->escalation();
    if (escalation != Escalation::no) {
        const bool taken = try_whole();
        counters::running.locks_escalated += taken || escalation == Escalation::wait ? 1 : 0;
        if (taken)
            return Taken::kept;
        if (escalation == Escalation::wait) {
            wait_for_whole();
            return Taken::retaken;
        }
        refuse_escalation(tview_, held_values(tview_) + count_new());
    }
    if (take_without_waiting() == Obstacle{})
        return Taken::kept;
    retake_all();
    return Taken::retaken;
}

bool ValueLocks::all_held() {
    if (whole_)
        return true;
    if (too_many_)
        return false;
    wanted_.merge();
    return std::all_of(wanted_.begin(), wanted_.end(), [this](WantedLock &lock) {
        note_if_held(&lock);
        return lock.missing() == 0;
    });
}

void ValueLocks::keep() {
    note_held_values(tview_, whole_ ? 0 : count_new());
}

pg::ValueLock ValueLocks::whole_lock() const {
    return {tview_, pg::LockClass::tview, 0};
}

pg::ValueLock ValueLocks::lock_of(const WantedLock &lock) const {
    return {tview_, lock.kind == ValueKind::edge ? pg::LockClass::edge : pg::LockClass::key, lock.hash};
}

/**
 * With more values than the threshold the whole TVIEW is taken if it is free. While others write to it, values are
 * locked on up to some multiple, unless that could use up the server's lock table.
 */
ValueLocks::Escalation ValueLocks::escalation() {
    if (too_many_)
        return Escalation::wait;
    const int64 threshold = settings::lock_escalation_threshold;
    const int64 held = held_values(tview_);
    const int64 held_of_all = held_values_of_all();
    const int64 budget = std::max(threshold, transaction_budget());
    const auto at_most = int64(wanted_.size());
    if (held + at_most <= threshold && held_of_all + at_most <= budget)
        return Escalation::no;
    const int64 added = count_new();
    const bool beyond_budget = held_of_all + added > budget && held + added > threshold / patience;
    if (beyond_budget || held + added > patience * threshold)
        return Escalation::wait;
    return held + added > std::max(threshold, refused_escalation(tview_) * 2) ? Escalation::try_now : Escalation::no;
}

/** Of the wanted values, those which the transaction did not hold before this flush. */
int64 ValueLocks::count_new() {
    int64 count = 0;
    for (WantedLock &lock : wanted_) {
        note_if_held(&lock);
        count += lock.held_before == 0 ? 1 : 0;
    }
    return count;
}

/**
 * What the transaction holds although this flush has not taken it was taken before. Values are locked only by who has the
 * TVIEW locked: if this flush was the first to do that, there are none.
 */
void ValueLocks::note_if_held(WantedLock *lock) {
    const LockUse missing = lock->missing();
    if (missing == 0 || shared_by_us_)
        return;
    if (pg::holds_lock(lock_of(*lock), lock_mode(mode_for(missing))))
        lock->held_before = LockUse(lock->held_before | missing);
    else if (lock->kind == ValueKind::edge && pg::holds_lock(lock_of(*lock), ShareRowExclusiveLock))
        lock->held_before = uses_of(ValueMode::share_row_exclusive);
    else if (lock->kind == ValueKind::key && pg::holds_lock(lock_of(*lock), ExclusiveLock))
        lock->held_before = uses_of(ValueMode::exclusive);
}

bool ValueLocks::try_whole() {
    whole_ = pg::try_lock(whole_lock(), ShareRowExclusiveLock) != pg::LockOutcome::refused;
    counters::running.locks_taken += whole_ ? 1 : 0;
    return whole_;
}

/** Holding the TVIEW in the weaker mode meanwhile, two that wait would wait for each other. */
void ValueLocks::wait_for_whole() {
    give_back();
    wait_for(whole_lock(), ShareRowExclusiveLock);
    counters::running.locks_taken++;
    whole_ = true;
}

bool ValueLocks::try_one(WantedLock *lock) {
    note_if_held(lock);
    if (lock->missing() == 0)
        return true;
    const ValueMode mode = mode_for(lock->missing());
    switch (pg::try_lock(lock_of(*lock), lock_mode(mode))) {
    case pg::LockOutcome::refused:
        return false;
    case pg::LockOutcome::already_held:
        lock->held_before = LockUse(lock->held_before | uses_of(mode));
        return true;
    default:
        note_taken(lock, mode);
        return true;
    }
}

void ValueLocks::wait_for_one(WantedLock *lock) {
    if (try_one(lock))
        return; // free by now
    const ValueMode mode = mode_for(lock->missing());
    wait_for(lock_of(*lock), lock_mode(mode));
    note_taken(lock, mode);
}

/** Whoever stands behind this one in the line could have what is waited for here. */
void ValueLocks::wait_for(const pg::ValueLock &lock, LOCKMODE mode) {
    leave_line();
    measure_wait([&] { pg::wait_for_lock(lock, mode); });
}

void ValueLocks::wait_for_writer(TransactionId writer) {
    give_back();
    measure_wait([&] {
        if (!in_line_) {
            const auto key = std::find_if(wanted_.begin(), wanted_.end(),
                                          [](const WantedLock &lock) { return lock.kind == ValueKind::key; });
            line_ = pg::ValueLock{tview_, pg::LockClass::line, key->hash};
            const pg::LockOutcome outcome = pg::try_lock(line_, ExclusiveLock);
            if (outcome == pg::LockOutcome::refused)
                pg::wait_for_lock(line_, ExclusiveLock);
            in_line_ = outcome != pg::LockOutcome::already_held;
        }
        pg::wait_for_transaction(writer);
    });
}

void ValueLocks::leave_line() {
    if (in_line_)
        pg::unlock(line_, ExclusiveLock);
    in_line_ = false;
}

template <typename Wait>
void ValueLocks::measure_wait(Wait wait) {
    instr_time start;
    instr_time waited;
    INSTR_TIME_SET_CURRENT(start);
    wait();
    INSTR_TIME_SET_CURRENT(waited);
    INSTR_TIME_SUBTRACT(waited, start);
    counters::running.locks_waited++;
    counters::running.lock_wait += int64(INSTR_TIME_GET_MICROSEC(waited));
}

/** The TVIEW first, then the values in order; what is in the way. */
ValueLocks::Obstacle ValueLocks::take_without_waiting() {
    if (!shared_ && !try_share())
        return Obstacle{true, nullptr};
    for (WantedLock &lock : wanted_)
        if (!try_one(&lock))
            return Obstacle{false, &lock};
    return Obstacle{};
}

/**
 * Waits for one lock at a time, holding none of this flush: others that hold locks of earlier statements need not
 * wait for this one. Under many it could go on for ever: then the locks are taken in order, waiting for each.
 */
void ValueLocks::retake_all() {
    for (int i = 0; i < rounds_before_queueing; i++) {
        const Obstacle obstacle = take_without_waiting();
        if (obstacle == Obstacle{})
            return;
        give_back();
        if (obstacle.tview)
            wait_for_share();
        else
            wait_for_one(obstacle.lock);
    }
    share_tview();
    for (WantedLock &lock : wanted_)
        wait_for_one(&lock);
}

bool ValueLocks::try_share() {
    const pg::LockOutcome outcome = pg::try_lock(whole_lock(), RowExclusiveLock);
    if (outcome == pg::LockOutcome::refused)
        return false;
    note_shared(outcome == pg::LockOutcome::taken);
    return true;
}

void ValueLocks::wait_for_share() {
    wait_for(whole_lock(), RowExclusiveLock);
    note_shared(true);
}

void ValueLocks::note_shared(bool by_us) {
    shared_ = true;
    shared_by_us_ = by_us;
    counters::running.locks_taken += by_us ? 1 : 0;
}

void ValueLocks::give_back() {
    for (WantedLock &lock : wanted_) {
        for (uint8 mode = 1; mode <= uint8(ValueMode::exclusive); mode = uint8(mode << 1))
            if ((lock.taken & mode) != 0)
                pg::unlock(lock_of(lock), lock_mode(ValueMode(mode)));
        lock.taken = 0;
    }
    if (shared_by_us_) {
        pg::unlock(whole_lock(), RowExclusiveLock);
        shared_ = false;
        shared_by_us_ = false;
    }
}

} // namespace pgtv::maintenance
