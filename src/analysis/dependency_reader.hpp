// What one view or function refers to, read from pg_depend. Results live in the current memory context.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::analysis {

/** A relation referred to, with the columns used (offset by FirstLowInvalidHeapAttributeNumber). */
struct RelationUse {
    Oid relid;
    Bitmapset *columns;
};

struct References {
    List *relations; // of RelationUse *, each relation once
    List *functions; // of Oid: functions, also those behind operators and aggregates; each once
};

/** What the rewrite rule of view `view` refers to, the view itself left out. */
References read_view_references(Oid view);

/** What function `function` refers to: its body if that is SQL-standard, its parts if it is an aggregate. */
References read_function_references(Oid function);

} // namespace pgtv::analysis
