// Memory that may not be what it seems: reading where a pointer may be stale, and storing into constant data of the
// server. Lifetime: one call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

/** May [from, to) be read, given that `to` lies in the same page as readable memory? Never raises. */
bool is_readable(const char *from, const char *to);

/**
 * Copies `size` bytes to `target`, which may be write-protected: its pages become writable for this one store and
 * have their protection back afterwards. Returns nullptr, or why nothing was stored. Never raises.
 */
const char *store_protected(void *target, const void *value, std::size_t size);

} // namespace pgtv::pg
