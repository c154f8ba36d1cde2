// The locks of one flush of one TVIEW. Lifetime: the flush; the locks themselves are held to the end of the
// transaction.
//
// Two transactions that change rows which join with each other, neither seeing the other, must not both compute from
// what they see. So the rows which a derivation looked up are locked by the values it looked them up by (edges), and
// the rows it is going to write by their key. See docs/CONCURRENCY.md.
//
// Within a flush the new locks are tried without waiting. When one is refused, those which this flush has taken are
// given back, that one is waited for, and all are tried again: while it waits a flush holds nothing but what earlier
// statements took. What was derived under locks that were given back is void.
//
// Who only adds to the stored row of a key shares the key with others who do; the row itself makes them take turns. Who
// finds it written by a transaction that is still open gives back all as well and waits for that one (wait_for_writer),
// in a line, so that only the first of many wakes up when it ends.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/wanted_locks.hpp"
#include "pg/context_allocator.hpp"
#include "pg/locks.hpp"

namespace pgtv::maintenance {

enum class Taken {
    kept,    // without giving back any: what was read under the locks still holds
    retaken, // read again, under a new snapshot
};

class ValueLocks {
public:
    /** Memory is taken from the current memory context, in which the object must live. */
    explicit ValueLocks(Oid tview);

    /** For writing some keys: before everything else. Waits. */
    void share_tview();

    /** For writing everything; no other lock is needed then. Waits. */
    Taken take_whole();

    /** Is the whole TVIEW this transaction's to write? Nothing need be wanted then. */
    [[nodiscard]] bool whole() const {
        return whole_;
    }

    /** False: wanting more changes nothing. */
    [[nodiscard]] bool has_room() const {
        return !whole_ && !too_many_;
    }

    /** To be taken by take(). False: there are so many that take() will take the whole TVIEW. */
    bool want(ValueKind kind, uint32 hash, LockUse use);

    /** Takes what is wanted and not held. Waits. */
    Taken take();

    /** Is all that is wanted held? Looks into local memory only. */
    bool all_held();

    /** The locks stay: rows are going to be written under them. */
    void keep();

    /**
     * Gives back the locks and waits for `writer`, which has written the row of the only key wanted. The place in the
     * line is held to the end of the transaction, like the row then, or until something else is to be waited for.
     */
    void wait_for_writer(TransactionId writer);

    /** Gives up the place in the line for the row. */
    void leave_line();

    /** Releases the locks which this flush has taken for writing some keys; what was read under them is void. */
    void give_back();

private:
    /** What is in the way: the TVIEW itself, or a value; or nothing. */
    struct Obstacle {
        bool tview = false;
        WantedLock *lock = nullptr;
        bool operator==(const Obstacle &) const = default;
    };
    enum class Escalation { no, try_now, wait };

    [[nodiscard]] pg::ValueLock whole_lock() const;
    [[nodiscard]] pg::ValueLock lock_of(const WantedLock &lock) const;
    [[nodiscard]] Escalation escalation();
    int64 count_new();
    void note_if_held(WantedLock *lock);
    bool try_whole();
    void wait_for_whole();
    bool try_one(WantedLock *lock);
    void wait_for_one(WantedLock *lock);
    void wait_for(const pg::ValueLock &lock, LOCKMODE mode);
    template <typename Wait>
    void measure_wait(Wait wait);
    Obstacle take_without_waiting();
    void retake_all();
    bool try_share();
    void wait_for_share();
    void note_shared(bool by_us);

    Oid tview_;
    bool shared_ = false;       // the TVIEW is locked for writing some keys
    bool shared_by_us_ = false; // by this flush: the transaction did not hold the lock before
    bool whole_ = false;
    bool too_many_ = false;
    bool in_line_ = false; // since this flush
    pg::ValueLock line_ = {};
    WantedLocks<pg::ContextAllocator<WantedLock>> wanted_;
};

} // namespace pgtv::maintenance
