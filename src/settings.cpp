// Defines the settings pg_tviews.* and their limits. Lifetime: server.

#include "pg/postgres.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::settings {

int max_dependency_depth = 10;
int max_cascade_depth = 10;
double full_refresh_threshold = 0.25;
int change_set_limit = 1000000;
bool create_tview_syntax = true;

namespace {

constexpr int deepest = 1000;

void define_integer(const char *name, const char *description, int *value, int smallest, int largest) {
    DefineCustomIntVariable(name, description, nullptr, value, *value, smallest, largest, PGC_USERSET, 0, nullptr,
                            nullptr, nullptr);
}

} // namespace

void define() {
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
    DefineCustomBoolVariable("pg_tviews.create_tview_syntax",
                             "Accepts the commands CREATE, ALTER, DROP and COMMENT ON TVIEW.",
                             "When off, TVIEW is an ordinary identifier in these places too.", &create_tview_syntax,
                             create_tview_syntax, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("pg_tviews");
}

} // namespace pgtv::settings
