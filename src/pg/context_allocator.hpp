// Standard containers whose storage lives in a MemoryContext: such a container owns nothing that an ereport(ERROR)
// could leak, so it may be alive across server calls, and may be forgotten when its context is reset.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

template <typename T>
class ContextAllocator {
public:
    using value_type = T;

    explicit ContextAllocator(MemoryContext context) : context_(context) {}
    template <typename U>
    ContextAllocator(const ContextAllocator<U> &other) : context_(other.context()) {} // NOLINT: rebinding

    T *allocate(std::size_t count) {
        return static_cast<T *>(MemoryContextAllocHuge(context_, count * sizeof(T)));
    }
    void deallocate(T *memory, std::size_t) {
        pfree(memory);
    }
    [[nodiscard]] MemoryContext context() const {
        return context_;
    }
    template <typename U>
    bool operator==(const ContextAllocator<U> &other) const {
        return context_ == other.context();
    }

private:
    MemoryContext context_;
};

} // namespace pgtv::pg
