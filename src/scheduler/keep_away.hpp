// Getting out of the way of commands that need a database, or the extension, for themselves. Lifetime: a transaction.
#pragma once

namespace pgtv::scheduler {

/** Installs the ProcessUtility hook. Called once from _PG_init, when the server preloads the library. */
void install_keep_away();

} // namespace pgtv::scheduler
