// The number of decimals of a numeric expression, where it does not depend on the values.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** The scale that every value of `expression` has (0 for integers), -1 if it can differ from row to row. */
int constant_scale(Node *expression);

} // namespace pgtv::plan
