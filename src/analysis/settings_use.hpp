// Does the result of a query depend on settings of the session? Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::analysis {

/**
 * True unless `query`, normalized, calls nothing but immutable built-in functions on built-in types, enums and domains
 * left alone. What is declared IMMUTABLE by a user may still read the time zone or the search path.
 */
bool may_use_settings(Query *query);

} // namespace pgtv::analysis
