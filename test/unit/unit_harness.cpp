// The harness itself: a test that holds is reported so. Real units stand in files beside this one.
#include "unit.hpp"

TEST(true_condition_passes) {
    CHECK(1 + 1 == 2);
}
