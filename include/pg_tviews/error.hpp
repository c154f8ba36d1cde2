// The error taxonomy: every error pg_tviews raises itself is one of these cases. docs/ERROR_CODES.md lists them
// and a test compares the two. Strings live as long as the memory context of the caller.
#pragma once

#include <variant>

namespace pgtv {

struct RelationMissing { // 42P01
    const char *name;
};
struct SchemaMissing { // 3F000
    const char *name;
};
struct TViewMissing { // 42704
    const char *name;
};
struct AlreadyExists { // 42P07
    const char *name;
};
struct NotATView { // 42809; what: "table", "view", …
    const char *name;
    const char *what;
};
struct NotAMatview { // 42809; what: "table", "view", …; hint may be NULL
    const char *name;
    const char *what;
    const char *hint;
};
struct RegistrationMissing { // 42704
    const char *name;
};
struct RunMissing { // 42704
    const char *run_id;
};
struct AlreadyRegistered { // 42710
    const char *name;
};
struct LockUnavailable { // 55P03: a refresh is in progress, or somebody holds the relation
    const char *message;
    const char *detail;
    const char *hint;
};
struct InvalidName { // 42602
    const char *name;
    const char *detail;
};
struct InvalidOption { // 22023
    const char *option;
    const char *detail;
    const char *hint;
};
struct SyntaxRefused { // 42601; position: byte offset + 1 into the statement, 0 = unknown
    const char *message;
    const char *hint;
    int position;
};
struct Unsupported { // 0A000
    const char *message;
    const char *detail;
    const char *hint;
};
struct DependencyCycle { // 42P17; path: "a -> b -> a"
    const char *name;
    const char *path;
};
struct TooDeep { // 54001; what: "dependency" or "cascade"
    const char *what;
    int limit;
    const char *path;
};
struct NotReady { // 55000
    const char *message;
    const char *detail;
    const char *hint;
};
struct DirectWrite { // 55000
    const char *tview;
};
struct NotPreloaded { // 55000; what: the command that needs the library
    const char *what;
};
struct NoPrivilege { // 42501
    const char *message;
    const char *detail;
    const char *hint;
};
struct StaleSnapshot { // 40001
    const char *tview;
};
struct OnStandby { // 25006
    const char *what;
};

using TViewError = std::variant<RelationMissing, SchemaMissing, TViewMissing, AlreadyExists, NotATView, NotAMatview,
                                RegistrationMissing, RunMissing, AlreadyRegistered, LockUnavailable, InvalidName,
                                InvalidOption, SyntaxRefused, Unsupported, DependencyCycle, TooDeep, NotReady,
                                DirectWrite, NotPreloaded, NoPrivilege, StaleSnapshot, OnStandby>;

/** Raises `error` through ereport(ERROR) with its SQLSTATE, DETAIL and HINT. Never throws a C++ exception. */
[[noreturn]] void raise(const TViewError &error);

} // namespace pgtv
