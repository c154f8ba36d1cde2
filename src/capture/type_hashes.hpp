// The types a rule depends on, as the hash values that invalidation messages carry. Lifetime: the context given.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::capture {

struct TypeHashes {
    int count;
    uint32 *values;

    [[nodiscard]] bool contain(uint32 hash) const {
        return std::find(values, values + count, hash) != values + count;
    }
};

/** Of the columns of `relations` (list of Oid) and of the expressions of the views among them. */
TypeHashes type_hashes(List *relations, MemoryContext memory);

} // namespace pgtv::capture
