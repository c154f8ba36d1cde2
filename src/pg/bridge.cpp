// Crossing between C++ exceptions and the server's error handling.

#include "pg/bridge.hpp"

namespace pgtv::pg {

ErrorData *take_error(MemoryContext memory) {
    MemoryContextSwitchTo(memory);
    ErrorData *data = CopyErrorData();
    FlushErrorState();
    return data;
}

void rethrow_as_error(ErrorData *data, const char *what) {
    if (data != nullptr)
        ReThrowError(data);
    ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("pg_tviews: %s", what)));
}

ErrorData *attempt_body(void (*body)(void *), void *argument) {
    const MemoryContext memory = CurrentMemoryContext;
    const ResourceOwner owner = CurrentResourceOwner;
    ErrorData *volatile failure = nullptr;

    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(memory);
    ErrorTrap trap;
    if (sigsetjmp(*trap.arm(), 0) == 0) {
        body(argument);
        trap.disarm();
        ReleaseCurrentSubTransaction();
    } else {
        trap.disarm();
        failure = take_error(memory);
        RollbackAndReleaseCurrentSubTransaction();
    }
    MemoryContextSwitchTo(memory);
    CurrentResourceOwner = owner;
    return failure;
}

} // namespace pgtv::pg
