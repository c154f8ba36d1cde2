// Where a flush may happen: the ends of statements and of transactions. Lifetime: backend.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::maintenance {

/** Could a flush run here? False inside a modifying statement, a trigger, a flush or a parallel worker. */
bool flush_possible();

/** Installs the executor hooks and the transaction callbacks. */
void install_hooks();

} // namespace pgtv::maintenance
