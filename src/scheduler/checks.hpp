// Who may do what with which relation, checked first by every function of this stage. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

/** Raises 42P01 if there is no such relation, 42809 with `hint` (may be NULL) if it is no materialized view. */
void require_matview(Oid relation, const char *hint);

/** Raises 42501 unless the current user may refresh `relation`, 25006 where nothing can be written. */
void check_may_refresh(Oid relation, const char *function);

} // namespace pgtv::scheduler
