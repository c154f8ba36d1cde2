// The only place that asks for the server's version. Included by pg/postgres.hpp.
#pragma once

#if PG_VERSION_NUM < 150000
#error "pg_tviews needs PostgreSQL 15 or later"
#endif

namespace pgtv::compat {

/** Replaces the Vars of join relations in `node` by the columns they stand for. */
inline Node *flatten_join_vars(Query *query, Node *node) {
#if PG_VERSION_NUM >= 160000
    return flatten_join_alias_vars(nullptr, query, node);
#else
    return flatten_join_alias_vars(query, node);
#endif
}

} // namespace pgtv::compat
