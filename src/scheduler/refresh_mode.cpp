// Modes of refresh and their names. Lifetime: plain values.

#include "pg/postgres.hpp"
#include "scheduler/refresh_mode.hpp"

#include "pg_tviews/error.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::scheduler {
namespace {

constexpr const char *names[] = {"standard", "concurrent", "auto"};

} // namespace

RefreshMode parse_mode(const char *text) {
    for (int i = 0; i < int(lengthof(names)); i++)
        if (strcmp(names[i], text) == 0)
            return RefreshMode(i);
    raise(InvalidOption{"mode", psprintf("The value is \"%s\".", text),
                        "Valid values are standard, concurrent and auto."});
}

const char *mode_name(RefreshMode mode) {
    return names[int(mode)];
}

RefreshMode default_mode() {
    switch (settings::DefaultMode(settings::default_mode)) {
    case settings::DefaultMode::standard:
        return RefreshMode::standard;
    case settings::DefaultMode::concurrent:
        return RefreshMode::concurrent;
    case settings::DefaultMode::automatic:
        return RefreshMode::automatic;
    }
    pg_unreachable();
}

} // namespace pgtv::scheduler
