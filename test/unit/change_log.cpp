// The change set's algorithm against a model that keeps every image and copies its whole state at each savepoint.

#include "unit.hpp"
#include "capture/change_log.hpp"

#include <cstdint>
#include <random>
#include <set>
#include <utility>

using namespace pgtv::capture;

namespace {

/** Checks that images are dropped in the reverse order of keeping. */
struct StackStore {
    std::vector<std::uint64_t> kept;
    bool in_order = true;

    void drop(std::uint64_t place) {
        in_order = in_order && !kept.empty() && kept.back() == place;
        kept.pop_back();
    }
};

using Log = ChangeLog<StackStore>;

/** What the log should say: per consumer the images (place, old) or "whole". */
struct Model {
    struct Consumer {
        std::vector<std::pair<std::uint64_t, bool>> images;
        bool whole = false;
    };
    std::vector<Consumer> now;
    std::vector<std::vector<Consumer>> savepoints;
};

constexpr std::int64_t limit = 12;

struct Both {
    explicit Both(int consumers) : log(consumers, &store) {
        model.now.resize(std::size_t(consumers));
    }

    [[nodiscard]] int level() const {
        return int(model.savepoints.size()) + 1;
    }

    void append(ConsumerSet consumers, bool old) {
        if (!log.announce(consumers, level()))
            return;
        const std::uint64_t place = ++places;
        store.kept.push_back(place);
        log.append(Image{consumers, place, old}, level(), limit);
        for (std::size_t i = 0; i < model.now.size(); i++) {
            Model::Consumer &consumer = model.now[i];
            if ((consumers & consumer_bit(int(i))) == 0 || consumer.whole)
                continue;
            consumer.images.emplace_back(place, old);
            if (std::int64_t(consumer.images.size()) > limit)
                consumer = Model::Consumer{{}, true};
        }
    }
    void consume(int consumer) {
        log.consume(consumer, level());
        model.now[std::size_t(consumer)] = {};
    }
    void mark_whole(int consumer) {
        log.mark_whole(consumer, level());
        model.now[std::size_t(consumer)] = Model::Consumer{{}, true};
    }
    void begin() {
        model.savepoints.push_back(model.now);
    }
    void commit() {
        log.subtransaction_committed(level());
        model.savepoints.pop_back();
    }
    void abort() {
        log.subtransaction_aborted(level());
        model.now = model.savepoints.back();
        model.savepoints.pop_back();
    }

    void check() {
        bool anything = false;
        for (int i = 0; i < log.consumers(); i++) {
            const Model::Consumer &expected = model.now[std::size_t(i)];
            std::vector<std::pair<std::uint64_t, bool>> images;
            log.for_each_image(i, false, [&](const Image &image) { images.emplace_back(image.place, image.old); });
            CHECK(log.pending(i).whole == expected.whole);
            CHECK(images == expected.images);
            CHECK(log.pending(i).images == std::int64_t(expected.images.size()));
            anything = anything || !images.empty();
        }
        CHECK(store.in_order);
        CHECK(store.kept.size() == log.size());
        if (!anything && model.savepoints.empty())
            CHECK(log.size() == 0);
    }

    StackStore store;
    Log log;
    Model model;
    std::uint64_t places = 0;
};

void random_walk(unsigned seed, int consumers) {
    std::mt19937 random(seed);
    auto below = [&](unsigned bound) { return int(random() % bound); };
    Both both(consumers);
    const ConsumerSet everybody = consumers > shared_consumer ? ~ConsumerSet{0} : consumer_bit(consumers) - 1;
    for (int step = 0; step < 400; step++) {
        const int choice = below(20);
        if (choice < 9)
            both.append(((ConsumerSet(random()) << 32 | random()) & everybody) |
                            consumer_bit(below(unsigned(consumers))),
                        below(2) == 0);
        else if (choice < 13)
            both.consume(below(unsigned(consumers)));
        else if (choice < 14)
            both.mark_whole(below(unsigned(consumers)));
        else if (choice < 17 && both.level() < 8)
            both.begin();
        else if (both.level() > 1 && choice < 19)
            both.abort();
        else if (both.level() > 1)
            both.commit();
        both.check();
        if (pgtv::unit::failed()) {
            std::printf("# seed %u, step %d\n", seed, step);
            return;
        }
    }
}

} // namespace

TEST(random_walks_agree_with_the_model) {
    for (unsigned seed = 0; seed < 3000 && !pgtv::unit::failed(); seed++)
        random_walk(seed, 1 + int(seed % 5));
}

TEST(more_than_64_consumers) {
    for (unsigned seed = 0; seed < 100 && !pgtv::unit::failed(); seed++)
        random_walk(seed, 70);
}

TEST(flushed_statements_leave_nothing) {
    Both both(2);
    for (int i = 0; i < 100000; i++) {
        both.append(3, false);
        both.consume(0);
        both.consume(1);
        CHECK(both.log.size() == 0);
    }
}

TEST(flushed_statements_in_a_savepoint_leave_nothing) {
    Both both(1);
    both.append(1, false);
    both.begin();
    for (int i = 0; i < 1000; i++) {
        both.append(1, true);
        both.consume(0);
        CHECK(both.log.size() == 1);
    }
    both.abort();
    both.check();
}

TEST(savepoints_without_end_do_not_copy_what_is_pending) {
    StackStore store;
    Log log(1, &store);
    for (int level = 1; level <= 50000; level++) {
        store.kept.push_back(std::uint64_t(level));
        log.append(Image{1, std::uint64_t(level), false}, level, 1000000);
    }
    for (int level = 50000; level > 1; level--)
        log.subtransaction_committed(level);
    CHECK(log.pending(0).images == 50000);
    log.consume(0, 1);
    CHECK(log.size() == 0);
}

TEST(consumer_without_images_becomes_whole) {
    StackStore store;
    Log log(2, &store);
    log.set_takes_no_images(0);
    CHECK(!log.announce(1, 1));
    CHECK(log.pending(0).whole);
    CHECK(!log.pending(1).anything());
    CHECK(log.announce(3, 1));
}
