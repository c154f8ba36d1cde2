// The SQL texts by which rows of a TVIEW or its query are looked up. Everything returned is palloc'ed in the current
// memory context.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/recompute_plans.hpp"

namespace pgtv::maintenance {

/** Only the rows of some keys, not all? */
inline bool has_keys(Lookup lookup) {
    return lookup != Lookup::all && lookup != Lookup::declared;
}

/** Are the keys a named relation? */
inline bool by_relation(Lookup lookup) {
    return lookup == Lookup::relation || lookup == Lookup::many || lookup == Lookup::scan;
}

/** The name under which a chunk of keys is known to a query. */
constexpr const char *keys_relation = "tv_keys";

/** The text of a query: the columns in order, for the stored side the ctid in front of them. */
char *query_text(const RuleQueries *queries, const QueryKind &kind);

/** The operator by its qualified name. */
void append_operator(StringInfo text, Oid equality);

/** Parameters carry their type's collation: says the column's where it is another one. */
void append_collation(StringInfo text, Oid type, Oid collation);

/** The types of the parameters of a query. */
Oid *parameter_types(const RuleQueries *queries, const QueryKind &kind, int *count);

} // namespace pgtv::maintenance
