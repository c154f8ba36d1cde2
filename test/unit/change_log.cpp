// The change set's algorithm against a model that copies everything at each savepoint, over random histories; and the
// cases that are easy to get wrong, by name.
#include "unit.hpp"

#include "capture/change_log.hpp"

#include <random>

using namespace pgtv::capture;

namespace {

/** Stands for the memory of the images: what is dropped must be the youngest. */
struct Store {
    std::vector<std::uint64_t> live;
    std::uint64_t next = 1;
    bool in_order = true;

    std::uint64_t add() {
        live.push_back(next);
        return next++;
    }
    void drop(std::uint64_t place) {
        in_order = in_order && !live.empty() && live.back() == place;
        live.pop_back();
    }
};

/** What one consumer has not consumed, as plainly as it can be said. */
struct Expected {
    std::vector<Image> images;
    bool whole = false;
};

using State = std::vector<Expected>;

class Model {
public:
    explicit Model(int consumers) : levels_(1, State(std::size_t(consumers))) {}

    State &now() {
        return levels_.back();
    }
    int level() const {
        return int(levels_.size());
    }
    void begin() {
        levels_.push_back(levels_.back());
    }
    void commit() {
        State kept = levels_.back();
        levels_.pop_back();
        levels_.back() = kept;
    }
    void abort() {
        levels_.pop_back();
    }
    void append(const Image &image, std::int64_t limit) {
        for (std::size_t i = 0; i < now().size(); i++) {
            Expected &one = now()[i];
            if ((image.consumers & consumer_bit(int(i))) == 0 || one.whole)
                continue;
            one.images.push_back(image);
            if (std::int64_t(one.images.size()) > limit)
                mark_whole(int(i));
        }
    }
    void mark_whole(int consumer) {
        now()[std::size_t(consumer)] = Expected{{}, true};
    }
    void consume(int consumer) {
        now()[std::size_t(consumer)] = Expected{};
    }

private:
    std::vector<State> levels_;
};

std::vector<std::uint64_t> places(const ChangeLog<Store> &log, int consumer, bool old_only) {
    std::vector<std::uint64_t> result;
    log.for_each_image(consumer, old_only, [&](const Image &image) { result.push_back(image.place); });
    return result;
}

std::vector<std::uint64_t> places(const Expected &expected, bool old_only) {
    std::vector<std::uint64_t> result;
    for (const Image &image : expected.images) {
        if (image.old || !old_only)
            result.push_back(image.place);
    }
    return result;
}

bool agrees(const ChangeLog<Store> &log, Model &model, int consumer) {
    const Expected &expected = model.now()[std::size_t(consumer)];
    const Pending &pending = log.pending(consumer);
    if (pending.whole || expected.whole)
        return pending.whole == expected.whole;
    return places(log, consumer, false) == places(expected, false) &&
           places(log, consumer, true) == places(expected, true) &&
           pending.images == std::int64_t(expected.images.size()) &&
           pending.old_images == std::int64_t(places(expected, true).size());
}

/** Plays `steps` random steps; returns whether log and model agreed after each. */
bool random_history(unsigned seed, int consumers, int steps) {
    std::mt19937 random(seed);
    const auto below = [&](int bound) { return int(random() % unsigned(bound)); };
    constexpr std::int64_t limit = 12;
    Store store;
    ChangeLog<Store> log(consumers, &store);
    Model model(consumers);
    for (int step = 0; step < steps; step++) {
        const int choice = below(20);
        const int consumer = below(consumers);
        if (choice < 10) {
            const ConsumerSet set = consumer_bit(consumer) | consumer_bit(below(consumers));
            if (log.announce(set, model.level())) {
                const Image image{set, store.add(), below(2) == 0};
                log.append(image, model.level(), limit);
                model.append(image, limit);
            }
        } else if (choice < 13) {
            log.consume(consumer, model.level());
            model.consume(consumer);
        } else if (choice < 14) {
            log.mark_whole(consumer, model.level());
            model.mark_whole(consumer);
        } else if (choice < 17 && model.level() < 6) {
            model.begin();
        } else if (model.level() > 1 && choice % 2 == 0) {
            log.subtransaction_committed(model.level());
            model.commit();
        } else if (model.level() > 1) {
            log.subtransaction_aborted(model.level());
            model.abort();
        }
        for (int i = 0; i < consumers; i++) {
            if (!agrees(log, model, i))
                return false;
        }
        if (!store.in_order || store.live.size() != log.size())
            return false;
    }
    return true;
}

struct Fixture {
    Store store;
    ChangeLog<Store> log;

    explicit Fixture(int consumers) : log(consumers, &store) {}

    void change(int level, bool old = false) {
        if (log.announce(1, level))
            log.append(Image{1, store.add(), old}, level, 1000);
    }
};

} // namespace

TEST(random_histories_agree_with_a_copying_model) {
    for (unsigned seed = 1; seed <= 300; seed++)
        CHECK(random_history(seed, 3, 400));
}

TEST(consumers_beyond_the_last_bit_share_it) {
    for (unsigned seed = 1; seed <= 20; seed++)
        CHECK(random_history(seed, 70, 200));
}

TEST(consuming_everything_keeps_the_log_empty) {
    Fixture fixture(1);
    for (int i = 0; i < 10000; i++) {
        fixture.change(1);
        fixture.log.consume(0, 1);
    }
    CHECK(fixture.log.size() == 0);
    CHECK(fixture.store.live.empty());
}

TEST(rollback_to_savepoint_brings_back_what_was_consumed_after_it) {
    Fixture fixture(1);
    fixture.change(1);
    fixture.log.consume(0, 2);
    CHECK(!fixture.log.pending(0).anything());
    fixture.log.subtransaction_aborted(2);
    CHECK(fixture.log.pending(0).images == 1);
    CHECK(places(fixture.log, 0, false).size() == 1);
}

TEST(rollback_to_savepoint_drops_what_came_after_it) {
    Fixture fixture(1);
    fixture.change(1);
    fixture.change(2, true);
    fixture.change(2);
    CHECK(fixture.log.pending(0).images == 3);
    fixture.log.subtransaction_aborted(2);
    CHECK(fixture.log.pending(0).images == 1);
    CHECK(fixture.log.pending(0).old_images == 0);
    CHECK(fixture.store.live.size() == 1);
}

TEST(released_savepoint_is_undone_with_its_parent) {
    Fixture fixture(1);
    fixture.change(3);
    fixture.log.subtransaction_committed(3);
    CHECK(fixture.log.pending(0).images == 1);
    fixture.log.subtransaction_aborted(2);
    CHECK(!fixture.log.pending(0).anything());
}

TEST(whole_consumer_takes_no_more_images_until_consumed) {
    Fixture fixture(2);
    fixture.log.mark_whole(0, 1);
    CHECK(!fixture.log.announce(1, 1));
    CHECK(fixture.log.announce(3, 1));
    fixture.log.consume(0, 1);
    CHECK(fixture.log.announce(1, 1));
}

TEST(consumer_without_images_becomes_whole_at_the_first_change) {
    Fixture fixture(1);
    fixture.log.set_takes_no_images(0);
    fixture.change(2);
    CHECK(fixture.log.pending(0).whole);
    CHECK(fixture.log.size() == 0);
    fixture.log.subtransaction_aborted(2);
    CHECK(!fixture.log.pending(0).anything());
}

TEST(more_images_than_the_limit_make_a_consumer_whole_and_free_them) {
    Store store;
    ChangeLog<Store> log(1, &store);
    for (int i = 0; i < 5; i++) {
        if (log.announce(1, 1))
            log.append(Image{1, store.add(), false}, 1, 3);
    }
    CHECK(log.pending(0).whole);
    CHECK(store.live.empty());
}
