// Node trees, and structs that stand in Lists, from C++: the server's macros need typeof or know nodes only. Lifetime: the
// current memory context.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

/** A deep copy of `node`, nullptr for nullptr. */
template <typename T>
T *copy_node(const T *node) {
    return static_cast<T *>(copyObjectImpl(node));
}

/** A copy of `value`, itself not deep, to be kept in a List. */
template <typename T>
T *make(const T &value) {
    static_assert(std::is_trivially_destructible_v<T>);
    auto *copy = static_cast<T *>(palloc(sizeof(T)));
    *copy = value;
    return copy;
}

} // namespace pgtv::pg
