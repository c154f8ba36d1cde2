// Names of relations in messages, and free names for new ones. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

/** What a relation is, in words: "table", "view", … */
const char *relation_kind(Oid relid);

/** `name` if no relation in `schema` has it, else the first free of name1, name2, …; at most 63 bytes. */
char *free_relation_name(const char *name, Oid schema);

} // namespace pgtv::pg
