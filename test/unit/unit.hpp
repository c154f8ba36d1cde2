// The harness of the unit tests: TEST(name) { CHECK(condition); }. Each file is a program of its own; it prints a line
// per test and exits with 0 always but for a crash or a sanitizer's report, which end the program at once.
#pragma once

#include <cstdio>
#include <vector>

namespace pgtv::unit {

struct Test {
    const char *name;
    void (*body)();
};

inline std::vector<Test> &tests() {
    static std::vector<Test> all;
    return all;
}

inline bool &failed() {
    static bool flag = false;
    return flag;
}

struct Registration {
    Registration(const char *name, void (*body)()) {
        tests().push_back({name, body});
    }
};

inline void check(bool condition, const char *text, const char *file, int line) {
    if (!condition) {
        std::printf("# %s:%d: not true: %s\n", file, line, text);
        failed() = true;
    }
}

} // namespace pgtv::unit

#define TEST(name)                                                                                                     \
    static void name();                                                                                                \
    static const pgtv::unit::Registration register_##name(#name, name);                                                \
    static void name()

#define CHECK(condition) pgtv::unit::check((condition), #condition, __FILE__, __LINE__)

int main() {
    for (const pgtv::unit::Test &test : pgtv::unit::tests()) {
        pgtv::unit::failed() = false;
        test.body();
        std::printf("%s %s\n", pgtv::unit::failed() ? "not ok" : "ok", test.name);
        std::fflush(stdout);
    }
    return 0;
}
