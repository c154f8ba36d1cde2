// The counts of held locks against a model that copies its whole state at each savepoint.

#include "unit.hpp"
#include "maintenance/held_counts.hpp"

#include <array>
#include <random>
#include <vector>

using namespace pgtv::maintenance;

namespace {

using Model = std::array<std::int64_t, 5>; // values by TVIEW

std::int64_t sum(const Model &model) {
    std::int64_t total = 0;
    for (const std::int64_t values : model)
        total += values;
    return total;
}

} // namespace

TEST(counts_follow_savepoints) {
    std::mt19937 random(11);
    for (int round = 0; round < 300; round++) {
        HeldCounts<> counts;
        Model now = {};
        std::vector<Model> savepoints;
        for (int step = 0; step < 200; step++) {
            const int level = int(savepoints.size()) + 1;
            const auto choice = random() % 10;
            if (choice < 2) {
                savepoints.push_back(now);
            } else if (choice == 2 && level > 1) {
                counts.subtransaction_aborted(level);
                now = savepoints.back();
                savepoints.pop_back();
            } else if (choice == 3 && level > 1) {
                counts.subtransaction_committed(level);
                savepoints.pop_back();
            } else {
                const auto tview = std::uint32_t(random() % now.size());
                const auto values = std::int64_t(random() % 4);
                counts.add(tview, level, values);
                now[tview] += values;
            }
            for (std::uint32_t tview = 0; tview < now.size(); tview++)
                CHECK(counts.of(tview) == now[tview]);
            CHECK(counts.total() == sum(now));
            CHECK(counts.size() <= now.size() * (savepoints.size() + 1));
        }
    }
}
