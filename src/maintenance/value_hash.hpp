// Hashes of the values by which locks are named: equal for values that are equal to the operators of the query, in
// every session. Lifetime: the rule, with which they are kept.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** How the values of some columns are hashed together. */
struct ValueHash {
    uint32 seed;
    int column_count;
    FmgrInfo *functions; // [column_count]; fn_oid is InvalidOid: the type has none, all its values are one
    Oid *collations;     // [column_count]
};

/** The hashes of what one source's changed rows look up, in the order of SourceRule::readers. */
struct ReaderHashes {
    Oid source;
    ValueHash *readers;
};

struct RuleHashes {
    ValueHash *edges; // [length of rule->edges] for the columns of the edge's source
    List *readers;    // of ReaderHashes *
    ValueHash key;
    MemoryContext scratch; // for the hash functions
};

/** The hashes of `rule`, made on first use. */
const RuleHashes *hashes_of(const plan::Rule *rule);

/** The hashes of the readers of `source`. */
const ValueHash *reader_hashes(const RuleHashes *hashes, Oid source);

/** A NULL has a hash of its own. Call it with the scratch context current. */
uint32 hash_values(const ValueHash &hash, const Datum *values, const bool *nulls);

/** Is one of the values NULL? Such a row matches nothing at an edge. */
bool any_null(const ValueHash &hash, const bool *nulls);

} // namespace pgtv::maintenance
