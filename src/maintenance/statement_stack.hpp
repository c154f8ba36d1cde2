// Which data-modifying commands of this backend are in progress: while there is one, nothing may be flushed, because
// it is half applied and its changes are not captured yet. Lifetime: transaction; the rollback of a subtransaction
// removes what was begun in it.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::maintenance {

/** A modifying command begins; `command` identifies it (its QueryDesc, or any address for a utility command). */
void begin_modifying(const void *command);
/** It is complete; false if its beginning was not seen. What began inside it and did not end is forgotten. */
bool end_modifying(const void *command);
/** A command is in progress whose beginning was not seen, because it loaded the library. */
void begin_uncounted();
/** The uncounted command, if there is one, is complete. */
void end_uncounted();
/** The uncounted command was sent by the client before the command now being executed. */
bool uncounted_is_over();
/** Is a modifying command in progress? */
bool modifying();

/** A TVIEW has been refreshed while a command was in progress: it shows changes whose images are still to come. */
void note_refresh_inside();
/** Has there been one in this transaction? */
bool refreshed_inside();

/** For the transaction callbacks. Memory only. */
void forget_refresh_inside();
void forget_statements();
void forget_statements_of_level(int level);

} // namespace pgtv::maintenance
