// The locks on values which one flush of a TVIEW wants, each once, in the order in which they are taken, and which of
// them it has. Pure: no server header, so that it is unit-tested outside the server. Lifetime: the flush of one TVIEW.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace pgtv::maintenance {

enum class ValueKind : std::uint8_t { edge, key };

/** What a lock on a value is for: a set of the following. */
using LockUse = std::uint8_t;
constexpr LockUse changes_rows = 1; // of the source, at an edge; adds to the stored row, at a key
constexpr LockUse looks_up = 2;     // rows of the source, at an edge
constexpr LockUse writes_key = 4;   // whatever becomes of its rows; adds to them too

/** A mode which the lock manager knows, and the uses it covers; values are bits of a set. */
enum class ValueMode : std::uint8_t { row_exclusive = 1, share = 2, share_row_exclusive = 4, exclusive = 8 };

constexpr ValueMode mode_for(LockUse use) {
    if ((use & writes_key) != 0)
        return ValueMode::exclusive;
    if (use == (changes_rows | looks_up))
        return ValueMode::share_row_exclusive;
    return use == looks_up ? ValueMode::share : ValueMode::row_exclusive;
}

constexpr LockUse uses_of(ValueMode mode) {
    switch (mode) {
    case ValueMode::row_exclusive:
        return changes_rows;
    case ValueMode::share:
        return looks_up;
    case ValueMode::share_row_exclusive:
        return changes_rows | looks_up;
    default:
        return writes_key | changes_rows;
    }
}

struct WantedLock {
    ValueKind kind;
    std::uint32_t hash;
    LockUse wanted;
    LockUse held_before; // covered by locks that the transaction held before this flush
    std::uint8_t taken;  // set of ValueMode: what this flush has taken

    [[nodiscard]] LockUse missing() const {
        LockUse held = held_before;
        for (std::uint8_t mode = 1; mode <= 8; mode = std::uint8_t(mode << 1))
            if ((taken & mode) != 0)
                held = LockUse(held | uses_of(ValueMode(mode)));
        return LockUse(wanted & ~held);
    }
};

template <typename Allocator = std::allocator<WantedLock>>
class WantedLocks {
public:
    explicit WantedLocks(const Allocator &allocator = {}) : locks_(allocator) {}

    void add(ValueKind kind, std::uint32_t hash, LockUse use) {
        Recent &recent = recent_[hash % recent_.size()];
        if (recent.set && recent.hash == hash && recent.kind == kind && recent.use == use)
            return;
        recent = Recent{hash, kind, use, true};
        if (!locks_.empty() && same(locks_.back(), kind, hash)) {
            locks_.back().wanted = LockUse(locks_.back().wanted | use);
            return;
        }
        if (locks_.size() >= merge_at_) {
            merge();
            merge_at_ = std::max(smallest_merge, locks_.size() * 2);
        }
        locks_.push_back(WantedLock{kind, hash, use, 0, 0});
    }

    /** Brings the locks into their order, each once. Those added since count as one with what is there already. */
    void merge() {
        std::sort(locks_.begin(), locks_.end(), before);
        std::size_t kept = 0;
        for (const WantedLock &lock : locks_) {
            if (kept > 0 && same(locks_[kept - 1], lock.kind, lock.hash)) {
                WantedLock &into = locks_[kept - 1];
                into.wanted = LockUse(into.wanted | lock.wanted);
                into.held_before = LockUse(into.held_before | lock.held_before);
                into.taken = std::uint8_t(into.taken | lock.taken);
            } else {
                locks_[kept++] = lock;
            }
        }
        locks_.resize(kept);
    }

    /** Exact after merge(); in between no more than twice the number of distinct locks at the last merge. */
    [[nodiscard]] std::size_t size() const {
        return locks_.size();
    }
    auto begin() {
        return locks_.begin();
    }
    auto end() {
        return locks_.end();
    }

private:
    /** What has been added lately: many rows share few values. */
    struct Recent {
        std::uint32_t hash;
        ValueKind kind;
        LockUse use;
        bool set;
    };

    static constexpr std::size_t smallest_merge = 256;

    static bool same(const WantedLock &lock, ValueKind kind, std::uint32_t hash) {
        return lock.kind == kind && lock.hash == hash;
    }
    static bool before(const WantedLock &a, const WantedLock &b) {
        return a.kind != b.kind ? a.kind < b.kind : a.hash < b.hash;
    }

    std::vector<WantedLock, Allocator> locks_;
    std::size_t merge_at_ = smallest_merge;
    std::array<Recent, 32> recent_ = {};
};

} // namespace pgtv::maintenance
