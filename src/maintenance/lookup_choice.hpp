// How rows are best computed for the keys of a chunk. Lifetime: a call; what was found out is kept with the plans.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_chunks.hpp"
#include "maintenance/recompute_plans.hpp"

namespace pgtv::maintenance {

/** The way by which the keys of `chunk` (nullptr: all rows) can be looked up; for many keys the first of the ways. */
Lookup first_lookup(const RuleQueries *queries, const KeyChunk *chunk);

/** Are all rows to be computed once and sifted rather than so many looked up without a query? Inside SPI. */
bool scan_beats_lookups(RuleQueries *queries, int keys);

/**
 * Are all rows to be computed once and sifted for the keys of `chunk`? Without an index to look keys up by, each of them
 * costs as much as all. Inside SPI.
 */
bool scan_is_cheaper(RuleQueries *queries, const KeyChunk &chunk);

/**
 * `kind`, which first_lookup() has chosen for several keys, or another way which the planner says is cheaper. An array
 * restricts the query once, but not below a join whose other side is then computed as a whole; where no index serves
 * lookups, all rows are computed once and sifted. Inside SPI, tv_keys registered.
 */
Lookup cheaper_lookup(RuleQueries *queries, const QueryKind &kind, const KeyChunk &chunk);

} // namespace pgtv::maintenance
