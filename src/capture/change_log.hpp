// The algorithm of the change set of one source: which row images are pending for which consumer (TVIEW), what a
// subtransaction's rollback undoes, and which images nobody needs any more. Pure: no server header, so that it is
// unit-tested outside the server. Lifetime: transaction.
//
// The log is a stack. A consumer has a watermark: what lies below is consumed. A rollback to a savepoint restores
// the consumers as they were when the subtransaction first touched the log and truncates what it added. Because
// of that, an entry must stay as long as it is pending for somebody now (`last`) or was pending when an open
// subtransaction first touched the log (`floor`); everything above the highest of these is dropped at once. So a
// transaction of any number of statements that are flushed one by one keeps the log empty, inside savepoints too.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace pgtv::capture {

/** Consumers as a bit set; all consumers from the 64th on share the last bit (too many changes are harmless). */
using ConsumerSet = std::uint64_t;

constexpr int shared_consumer = 63;

constexpr ConsumerSet consumer_bit(int consumer) {
    return ConsumerSet{1} << std::min(consumer, shared_consumer);
}

/** What one consumer has not consumed yet. */
struct Pending {
    std::size_t watermark; // entries below are consumed
    std::int64_t images;
    std::int64_t old_images;
    std::int64_t unchanged; // images of rows that were updated, whose image was the same before
    std::size_t last;       // one past its last pending entry; 0 = no pending image
    bool whole;             // everything may have changed: images do not matter

    [[nodiscard]] bool anything() const {
        return whole || images > 0;
    }
};

/** One image; `place` is where its contents are, known to the Store. */
struct Image {
    ConsumerSet consumers;
    std::uint64_t place;
    bool old;
    bool unchanged = false;   // of an updated row, whose image was the same before
    std::uint16_t offset = 0; // where the row is in the source's table; 0: not known
    std::uint32_t block = 0;
};

/** Store: void drop(std::uint64_t place), called in the reverse order of appending. Must not fail. */
template <typename Store, typename Allocator = std::allocator<Image>>
class ChangeLog {
public:
    ChangeLog(int consumers, Store *store, const Allocator &allocator = {})
        : store_(store), images_(allocator), pending_(allocator), takes_images_(allocator), snapshots_(allocator),
          saved_(allocator) {
        pending_.resize(std::size_t(consumers), Pending{0, 0, 0, 0, 0, false});
        takes_images_.resize(std::size_t(consumers), 1);
    }

    /** `consumer` recomputes everything whatever changed: its changes need no images. */
    void set_takes_no_images(int consumer) {
        takes_images_[std::size_t(consumer)] = 0;
    }

    [[nodiscard]] const Pending &pending(int consumer) const {
        return pending_[std::size_t(consumer)];
    }
    [[nodiscard]] int consumers() const {
        return int(pending_.size());
    }
    [[nodiscard]] std::size_t size() const {
        return images_.size();
    }

    /**
     * A change concerns `consumers`, in the subtransaction of nesting level `level` (1 = top). Marks those who take
     * no images; returns whether somebody wants the images.
     */
    bool announce(ConsumerSet consumers, int level) {
        bool wanted = false;
        for_each_consumer(consumers, [&](std::size_t i) {
            if (pending_[i].whole)
                return;
            if (takes_images_[i] != 0)
                wanted = true;
            else
                become_whole(i, level);
        });
        return wanted;
    }

    /** Appends an image that somebody wants. Consumers with more than `limit` images become whole. */
    void append(const Image &image, int level, std::int64_t limit) {
        protect(level);
        images_.push_back(image);
        bool overflow = false;
        for_each_consumer(image.consumers, [&](std::size_t i) {
            Pending &pending = pending_[i];
            if (pending.whole || takes_images_[i] == 0)
                return;
            pending.images++;
            pending.old_images += image.old ? 1 : 0;
            pending.unchanged += image.unchanged ? 1 : 0;
            pending.last = images_.size();
            if (pending.images > limit) {
                become_whole(i, level);
                overflow = true;
            }
        });
        if (overflow)
            trim();
    }

    void mark_whole(int consumer, int level) {
        if (!pending_[std::size_t(consumer)].whole)
            become_whole(std::size_t(consumer), level);
        trim();
    }

    /** Whatever is pending for `consumer` is consumed. */
    void consume(int consumer, int level) {
        Pending &pending = pending_[std::size_t(consumer)];
        if (!pending.anything())
            return;
        protect(level);
        pending = Pending{images_.size(), 0, 0, 0, 0, false};
        trim();
    }

    /** Visits the images pending for `consumer`, oldest first; not for one that is whole. */
    template <typename Visitor>
    void for_each_image(int consumer, bool old_only, Visitor visitor) const {
        const Pending &pending = pending_[std::size_t(consumer)];
        for (std::size_t i = pending.watermark; i < pending.last; i++) {
            if ((images_[i].consumers & consumer_bit(consumer)) != 0 && (images_[i].old || !old_only))
                visitor(images_[i]);
        }
    }

    /** The subtransaction of nesting level `level` is rolled back: memory only, does not fail. */
    void subtransaction_aborted(int level) {
        while (!snapshots_.empty() && snapshots_.back().level >= level) {
            std::copy(saved_.end() - std::ptrdiff_t(pending_.size()), saved_.end(), pending_.begin());
            truncate(snapshots_.back().floor);
            pop_snapshot();
        }
        trim();
    }

    /** The subtransaction of nesting level `level` becomes part of its parent: memory only, does not fail. */
    void subtransaction_committed(int level) {
        if (snapshots_.empty() || snapshots_.back().level < level)
            return;
        const bool parent_has_one = snapshots_.size() > 1 && snapshots_[snapshots_.size() - 2].level == level - 1;
        if (level <= 2 || parent_has_one)
            pop_snapshot();
        else
            snapshots_.back().level = level - 1;
        trim();
    }

private:
    /** The consumers as they were when the subtransaction of this level first touched the log. */
    struct Snapshot {
        int level;
        std::size_t floor; // entries below are needed by this snapshot or one further out
    };

    template <typename T>
    using Vector = std::vector<T, typename std::allocator_traits<Allocator>::template rebind_alloc<T>>;

    template <typename Visitor>
    void for_each_consumer(ConsumerSet consumers, Visitor visitor) {
        for (ConsumerSet rest = consumers & ~consumer_bit(shared_consumer); rest != 0; rest &= rest - 1)
            visitor(std::size_t(std::countr_zero(rest)));
        if ((consumers & consumer_bit(shared_consumer)) != 0)
            for (std::size_t i = shared_consumer; i < pending_.size(); i++)
                visitor(i);
    }

    [[nodiscard]] std::size_t needed() const {
        std::size_t result = snapshots_.empty() ? 0 : snapshots_.back().floor;
        for (const Pending &pending : pending_)
            result = std::max(result, pending.last);
        return result;
    }

    /** Saves the consumers before the first change in a subtransaction. */
    void protect(int level) {
        if (level <= 1 || (!snapshots_.empty() && snapshots_.back().level >= level))
            return;
        const std::size_t floor = needed();
        snapshots_.reserve(snapshots_.size() +
                           (snapshots_.size() == snapshots_.capacity() ? snapshots_.size() + 4 : 0));
        saved_.insert(saved_.end(), pending_.begin(), pending_.end());
        snapshots_.push_back(Snapshot{level, floor});
    }

    void pop_snapshot() {
        saved_.resize(saved_.size() - pending_.size());
        snapshots_.pop_back();
    }

    void become_whole(std::size_t consumer, int level) {
        protect(level);
        pending_[consumer] = Pending{images_.size(), 0, 0, 0, 0, true};
    }

    void trim() {
        truncate(needed());
    }

    void truncate(std::size_t size) {
        while (images_.size() > size) {
            store_->drop(images_.back().place);
            images_.pop_back();
        }
        for (Pending &pending : pending_)
            pending.watermark = std::min(pending.watermark, size);
    }

    Store *store_;
    Vector<Image> images_;
    Vector<Pending> pending_;
    Vector<char> takes_images_;
    Vector<Snapshot> snapshots_;
    Vector<Pending> saved_; // pending_ of each snapshot, one after the other
};

} // namespace pgtv::capture
