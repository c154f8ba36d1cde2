// What the SQL functions of this stage share: their result row and their permission check. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::monitoring {

/** The result of a function with OUT parameters. */
Datum make_record(FunctionCallInfo fcinfo, Datum *values, bool *nulls);

/** Raises 42501 unless the current user owns `relation`, 25006 where nothing can be written. */
void check_may_refresh(Oid relation, const char *function);

} // namespace pgtv::monitoring
