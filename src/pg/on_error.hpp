// Looking at an error that passes by. Lifetime: one call.
#pragma once

#include "pg/postgres.hpp"
#include "pg/bridge.hpp"

namespace pgtv::pg {

/** SQLSTATE and message of the error being handled; palloc'ed, in the current memory context. */
struct ErrorText {
    int sqlstate;
    const char *message;
    const ErrorData *data; // all of it; NULL when out of memory
};
inline ErrorText current_error() {
    const int sqlstate = geterrcode();
    if (sqlstate == ERRCODE_OUT_OF_MEMORY)
        return {sqlstate, "out of memory", nullptr}; // no room for a copy
    const ErrorData *data = CopyErrorData();
    return {sqlstate, data->message, data};
}

/** Runs `body`; if it raises, `look` sees the error, which then goes on. `look` touches memory only. */
template <typename Body, typename Look>
void on_error(Body body, Look look) {
    ErrorTrap trap;
    if (sigsetjmp(*trap.arm(), 0) != 0) {
        trap.disarm();
        MemoryContextSwitchTo(trap.memory());
        const ErrorText error = current_error();
        look(error);
        PG_RE_THROW();
    }
    body();
    trap.disarm();
}

} // namespace pgtv::pg
