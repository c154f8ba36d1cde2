// Whether the library was loaded in the middle of a modifying statement, by its BEFORE STATEMENT trigger: the executor
// hooks have then not seen that statement begin. Lifetime: backend.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::capture {

/** Told when the BEFORE STATEMENT trigger fires and no statement was seen to begin since the library was loaded. */
using UncountedListener = void (*)();
void set_uncounted_listener(UncountedListener listener);

/** A hook has seen a statement begin: from now on every statement is counted. */
void statement_seen();

/** Called by the BEFORE STATEMENT trigger. */
void statement_trigger_fired();

} // namespace pgtv::capture
