// Arguments of SQL functions that may be NULL. Lifetime: the caller's memory.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::scheduler {

/** NULL for NULL. */
inline const char *text_argument(FunctionCallInfo fcinfo, int number) {
    return PG_ARGISNULL(number) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/** nullptr for NULL. */
inline const Interval *interval_argument(FunctionCallInfo fcinfo, int number) {
    return PG_ARGISNULL(number) ? nullptr : PG_GETARG_INTERVAL_P(number);
}

/** 0, 1, or -1 for NULL. */
inline int tristate_argument(FunctionCallInfo fcinfo, int number) {
    return PG_ARGISNULL(number) ? -1 : int(PG_GETARG_BOOL(number));
}

/** False for NULL. */
inline bool flag_argument(FunctionCallInfo fcinfo, int number) {
    return !PG_ARGISNULL(number) && PG_GETARG_BOOL(number);
}

} // namespace pgtv::scheduler
