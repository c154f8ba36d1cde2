// How many values of each TVIEW a transaction has locked, following its subtransactions. Pure: no server header, so
// that it is unit-tested outside the server. Lifetime: transaction.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace pgtv::maintenance {

/** What a subtransaction of nesting level `level` has locked of a TVIEW. */
struct HeldCount {
    std::uint32_t tview;
    int level;
    std::int64_t values;
};

/**
 * A stack: levels never decrease from bottom to top, because a subtransaction adds at its own level only and its
 * children are gone or have become part of it by then.
 */
template <typename Allocator = std::allocator<HeldCount>>
class HeldCounts {
public:
    explicit HeldCounts(const Allocator &allocator = {}) : counts_(allocator) {}

    void add(std::uint32_t tview, int level, std::int64_t values) {
        if (values == 0)
            return;
        for (std::size_t i = counts_.size(); i > 0 && counts_[i - 1].level == level; i--) {
            if (counts_[i - 1].tview == tview) {
                counts_[i - 1].values += values;
                return;
            }
        }
        counts_.push_back(HeldCount{tview, level, values});
    }

    [[nodiscard]] std::int64_t of(std::uint32_t tview) const {
        std::int64_t sum = 0;
        for (const HeldCount &count : counts_)
            sum += count.tview == tview ? count.values : 0;
        return sum;
    }
    [[nodiscard]] std::int64_t total() const {
        std::int64_t sum = 0;
        for (const HeldCount &count : counts_)
            sum += count.values;
        return sum;
    }
    [[nodiscard]] std::size_t size() const {
        return counts_.size();
    }

    /** The subtransaction of nesting level `level` is rolled back: memory only, does not fail. */
    void subtransaction_aborted(int level) {
        while (!counts_.empty() && counts_.back().level >= level)
            counts_.pop_back();
    }

    /** The subtransaction of nesting level `level` becomes part of its parent: memory only, does not fail. */
    void subtransaction_committed(int level) {
        const auto inner =
            std::find_if(counts_.begin(), counts_.end(), [=](const HeldCount &count) { return count.level >= level; });
        auto end = inner;
        for (auto from = inner; from != counts_.end(); ++from) {
            const auto same = std::find_if(counts_.begin(), end, [&](const HeldCount &count) {
                return count.level == level - 1 && count.tview == from->tview;
            });
            if (same != end)
                same->values += from->values;
            else
                *end++ = HeldCount{from->tview, level - 1, from->values};
        }
        counts_.erase(end, counts_.end());
    }

private:
    std::vector<HeldCount, Allocator> counts_;
};

} // namespace pgtv::maintenance
