// What the scheduler needs from the server before any session begins. Lifetime: server.

#include "pg/postgres.hpp"
#include "pg_tviews/scheduler.hpp"

#include "scheduler/keep_away.hpp"
#include "scheduler/launcher.hpp"

namespace pgtv::scheduler {

void initialize() {
    if (!process_shared_preload_libraries_in_progress)
        return;
    request_shared_state();
    if (!IsBinaryUpgrade) // pg_upgrade takes the files as its dump of the schema found them
        register_launcher();
    install_keep_away();
}

} // namespace pgtv::scheduler
