// Defines the settings pg_tviews.* and their limits. Lifetime: server.

#include "pg/postgres.hpp"
#include "pg_tviews/settings.hpp"

#include "pg/bridge.hpp"

namespace pgtv::settings {

int max_dependency_depth = 10;
int max_cascade_depth = 10;
double full_refresh_threshold = 0.5;
int change_set_limit = 1000000;
int lock_escalation_threshold = 200;
bool maintain_on_replica = true;
bool create_tview_syntax = true;
int default_mode = int(DefaultMode::standard);
int lock_timeout = 10000;
char *timezone = nullptr;
int run_retention = 7 * SECS_PER_DAY;
int runs_per_relation = 1000;
bool scheduler = true;
int max_workers = 4;
int max_runtime = 0;
int retry_initial = 5000;
int retry_max = 300000;
int max_attempts = 3;

namespace {

constexpr int deepest = 1000;

void define_integer(const char *name, const char *description, int *value, int smallest, int largest) {
    DefineCustomIntVariable(name, description, nullptr, value, *value, smallest, largest, PGC_USERSET, 0, nullptr,
                            nullptr, nullptr);
}

constexpr config_enum_entry mode_names[] = {
    {"standard", int(DefaultMode::standard), false},
    {"concurrent", int(DefaultMode::concurrent), false},
    {"auto", int(DefaultMode::automatic), false},
    {nullptr, 0, false},
};

bool check_timezone(char **value, void **, GucSource) {
    return pg::boundary([=] {
        const pg_tz *zone = pg_tzset(*value);
        if (zone == nullptr)
            GUC_check_errdetail("\"%s\" is no time zone.", *value);
        return zone != nullptr;
    });
}

void define_refresh_settings() {
    DefineCustomEnumVariable("pg_tviews.default_mode", "How materialized views are refreshed unless told otherwise.",
                             nullptr, &default_mode, default_mode, mode_names, PGC_USERSET, 0, nullptr, nullptr,
                             nullptr);
    DefineCustomIntVariable(
        "pg_tviews.lock_timeout", "How long tview_refresh() and scheduled runs wait for a lock at most.",
        "0 waits without limit. A shorter lock_timeout has precedence.", &lock_timeout, lock_timeout, 0,
        std::numeric_limits<int>::max(), PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("pg_tviews.timezone", "Time zone of schedules that are given without one.", nullptr,
                               &timezone, "UTC", PGC_USERSET, 0, check_timezone, nullptr, nullptr);
    DefineCustomIntVariable("pg_tviews.run_retention", "How long tview.runs keeps finished runs.", nullptr,
                            &run_retention, run_retention, 0, std::numeric_limits<int>::max(), PGC_SIGHUP, GUC_UNIT_S,
                            nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_tviews.runs_per_relation", "Finished runs that tview.runs keeps of each relation.",
                            nullptr, &runs_per_relation, runs_per_relation, 1, std::numeric_limits<int>::max(),
                            PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
}

void define_duration(const char *name, const char *description, int *value, int smallest) {
    DefineCustomIntVariable(name, description, nullptr, value, *value, smallest, std::numeric_limits<int>::max(),
                            PGC_SUSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
}

void define_scheduler() {
    DefineCustomBoolVariable("pg_tviews.scheduler", "Runs what is scheduled.",
                             "Runs at work end as usual when it is turned off.", &scheduler, scheduler, PGC_SIGHUP, 0,
                             nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_tviews.max_workers", "Runs at work at the same time, in all databases together.",
                            "Each needs one of max_worker_processes.", &max_workers, max_workers, 1, 64, PGC_SIGHUP, 0,
                            nullptr, nullptr, nullptr);
    define_duration("pg_tviews.max_runtime", "A run that takes longer is canceled; 0 for no limit.", &max_runtime, 0);
    define_duration("pg_tviews.retry_initial",
                    "Pause before the second attempt of a run; doubles with each further one.", &retry_initial, 1);
    define_duration("pg_tviews.retry_max", "Longest pause before another attempt.", &retry_max, 1);
    DefineCustomIntVariable("pg_tviews.max_attempts", "Attempts of a run that fails for a passing reason.", nullptr,
                            &max_attempts, max_attempts, 1, 1000, PGC_SUSET, 0, nullptr, nullptr, nullptr);
}

} // namespace

void define() {
    define_scheduler();
    define_integer("pg_tviews.max_dependency_depth", "Levels of views a TVIEW's query may go through.",
                   &max_dependency_depth, 1, deepest);
    define_integer("pg_tviews.max_cascade_depth", "Levels of TVIEWs reading TVIEWs that one change may pass.",
                   &max_cascade_depth, 1, deepest);
    DefineCustomRealVariable("pg_tviews.full_refresh_threshold",
                             "Share of a TVIEW's rows beyond which a change recomputes all of it.",
                             "0 always recomputes everything, 1 never for this reason.", &full_refresh_threshold,
                             full_refresh_threshold, 0.0, 1.0, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    define_integer("pg_tviews.change_set_limit",
                   "Row images of one source table kept in a transaction before all of it counts as changed.",
                   &change_set_limit, 1, std::numeric_limits<int>::max());
    define_integer("pg_tviews.lock_escalation_threshold",
                   "Values of one TVIEW that a transaction locks one by one before it locks the whole TVIEW.",
                   &lock_escalation_threshold, 1, 1000000);
    DefineCustomBoolVariable("pg_tviews.maintain_on_replica",
                             "Maintains TVIEWs when session_replication_role is replica, as for logical replication.",
                             "When off, their contents are taken from whoever replicates them, like a table's.",
                             &maintain_on_replica, maintain_on_replica, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("pg_tviews.create_tview_syntax",
                             "Accepts the commands CREATE, ALTER, DROP and COMMENT ON TVIEW.",
                             "When off, TVIEW is an ordinary identifier in these places too.", &create_tview_syntax,
                             create_tview_syntax, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    define_refresh_settings();
    MarkGUCPrefixReserved("pg_tviews");
}

} // namespace pgtv::settings
