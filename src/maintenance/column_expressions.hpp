// The columns of a group that are expressions over others, for rows laid out as DeltaPlan says. Lifetime: the rule; the
// values returned are valid until begin_row() is called again.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** Forgets the values computed for the row before. */
void begin_row(const plan::Rule *rule);

/** Fills the aggregates that are read off the output columns of a stored row. */
void read_off_columns(const plan::Rule *rule, Datum *values, bool *nulls);

/** Fills the output columns that compute with aggregates. Raises what the query would raise. */
void compute_columns(const plan::Rule *rule, Datum *values, bool *nulls);

/** Does HAVING show the group? */
bool is_shown(const plan::Rule *rule, const Datum *values, const bool *nulls);

} // namespace pgtv::maintenance
