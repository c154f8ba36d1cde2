// Node trees from C++: the server's copyObject is a macro that needs typeof. Lifetime: the current memory context.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

/** A deep copy of `node`, nullptr for nullptr. */
template <typename T>
T *copy_node(const T *node) {
    return static_cast<T *>(copyObjectImpl(node));
}

} // namespace pgtv::pg
