// The set of wanted locks against a map; modes cover what they are taken for.

#include "unit.hpp"
#include "maintenance/wanted_locks.hpp"

#include <map>
#include <random>
#include <utility>

using namespace pgtv::maintenance;

TEST(a_value_wanted_often_is_one_lock_for_all_uses) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; round++) {
        WantedLocks<> locks;
        std::map<std::pair<ValueKind, std::uint32_t>, LockUse> model;
        const auto values = 1 + random() % 600;
        for (auto i = random() % 2000; i > 0; i--) {
            const bool key = random() % 3 == 0;
            const auto kind = key ? ValueKind::key : ValueKind::edge;
            const LockUse use = key ? writes_key : random() % 2 == 0 ? changes_rows : looks_up;
            const auto hash = std::uint32_t(random() % values);
            locks.add(kind, hash, use);
            model[{kind, hash}] = LockUse(model[{kind, hash}] | use);
        }
        locks.merge();
        CHECK(locks.size() == model.size());
        auto expected = model.begin();
        for (const WantedLock &lock : locks) { // in the order of the map
            CHECK(lock.kind == expected->first.first && lock.hash == expected->first.second);
            CHECK(lock.wanted == expected->second && lock.missing() == expected->second);
            ++expected;
        }
    }
}

TEST(what_was_taken_survives_a_merge_and_only_the_rest_is_missing) {
    WantedLocks<> locks;
    locks.add(ValueKind::edge, 5, changes_rows);
    locks.merge();
    locks.begin()->taken = std::uint8_t(ValueMode::row_exclusive);
    CHECK(locks.begin()->missing() == 0);
    locks.add(ValueKind::edge, 4, looks_up);
    locks.add(ValueKind::edge, 5, looks_up);
    locks.merge();
    CHECK(locks.size() == 2);
    const WantedLock &both = *(locks.begin() + 1);
    CHECK(both.hash == 5 && both.missing() == looks_up);
    CHECK(mode_for(both.wanted) == ValueMode::share_row_exclusive);
    CHECK(mode_for(both.missing()) == ValueMode::share);
}

TEST(a_mode_covers_the_uses_it_is_chosen_for) {
    for (LockUse use : {changes_rows, looks_up, LockUse(changes_rows | looks_up)})
        CHECK(uses_of(mode_for(use)) == use);
    CHECK(mode_for(writes_key) == ValueMode::exclusive);
    CHECK(uses_of(ValueMode::exclusive) == (writes_key | changes_rows)); // who writes a key may add to its rows
    WantedLock lock = {ValueKind::edge, 1, changes_rows | looks_up, 0, std::uint8_t(ValueMode::share_row_exclusive)};
    CHECK(lock.missing() == 0);
    lock.taken = std::uint8_t(std::uint8_t(ValueMode::share) | std::uint8_t(ValueMode::row_exclusive));
    CHECK(lock.missing() == 0);
}
