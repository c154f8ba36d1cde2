// Doing maintenance as somebody: user id, security restriction and the settings that decide how text is rendered.
// Abort-safe: transaction abort restores the user id and the settings. Lifetime: a scope.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

/** Which settings may decide a result: any, or none but those of parsing and of immutable built-in functions. */
enum class SettingsNeed { all, plain };

/**
 * Keeps the settings pinned over several RunAs, until unpin_settings() or the end of the scope: saving and restoring
 * them is a good part of what maintaining one row costs.
 */
class PinnedSettings {
public:
    explicit PinnedSettings(SettingsNeed need);
    ~PinnedSettings();
    PinnedSettings(const PinnedSettings &) = delete;
    PinnedSettings &operator=(const PinnedSettings &) = delete;

private:
    bool outermost_;
};

/** Gives the session its settings back before a PinnedSettings ends: what follows runs for the session's user. */
void unpin_settings();

/** The (sub)transaction in which settings were pinned was rolled back, and the settings with it. */
void forget_pinned_settings();

/**
 * Runs the scope as `user`, security-restricted, with search_path = pg_catalog, pg_temp, row_security = off and
 * DateStyle, IntervalStyle, TimeZone, extra_float_digits, bytea_output, xmlbinary … pinned.
 */
class RunAs {
public:
    explicit RunAs(Oid user);
    ~RunAs();
    RunAs(const RunAs &) = delete;
    RunAs &operator=(const RunAs &) = delete;

private:
    Oid user_;
    int security_;
    int nest_level_; // 0: a PinnedSettings has pinned them
};

/**
 * Runs the scope as `user` with the settings of the session, as a command of that user would run. SET ROLE and the like
 * are refused in it.
 */
class ActAs {
public:
    explicit ActAs(Oid user);
    ~ActAs();
    ActAs(const ActAs &) = delete;
    ActAs &operator=(const ActAs &) = delete;

private:
    Oid user_;
    int security_;
};

/** Owner of a relation. */
Oid relation_owner(Oid relid);

/** Quoted "schema"."name" of a relation, palloc'ed. */
char *qualified_name(Oid relid);

} // namespace pgtv::pg
