// The two doors between C++ and the server's error handling. Lifetime: one call.
//
// Convention of this code base: server-facing functions keep only *trivial* or *abort-safe* locals, so that an
// ereport(ERROR) may jump over them. Where something that owns malloc memory is alive, the server is called
// through pg::call(). Every function whose address the server gets has pg::boundary() as its body.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

/** A server error caught by call(); owns a copy of the ErrorData in the memory context of the caller. */
struct ServerError {
    ErrorData *data;
};

/** Where a `call` came from, kept outside of the sigsetjmp frame. */
class ErrorTrap {
public:
    ErrorTrap() : stack_(PG_exception_stack), context_(error_context_stack), memory_(CurrentMemoryContext) {}

    sigjmp_buf *arm() {
        PG_exception_stack = &buffer_;
        return &buffer_;
    }
    void disarm() const {
        PG_exception_stack = stack_;
        error_context_stack = context_;
    }
    [[nodiscard]] MemoryContext memory() const {
        return memory_;
    }

private:
    sigjmp_buf *stack_;
    ErrorContextCallback *context_;
    MemoryContext memory_;
    sigjmp_buf buffer_;
};

/** Copies the current error into `memory` and clears it. */
ErrorData *take_error(MemoryContext memory);

/** Raises again what a boundary caught: a ServerError with everything it carried, or any other exception. */
[[noreturn]] void rethrow_as_error(ErrorData *data, const char *what);

/**
 * Runs `body` (server code) below C++ frames that own something: an ereport(ERROR) comes back as ServerError.
 * The transaction is still aborted by whoever gets the error: this does not make an error survivable.
 */
template <typename Body>
auto call(Body &&body) -> decltype(body()) {
    ErrorTrap trap;
    if (sigsetjmp(*trap.arm(), 0) != 0) {
        trap.disarm();
        throw ServerError{take_error(trap.memory())};
    }
    if constexpr (std::is_void_v<decltype(body())>) {
        body();
        trap.disarm();
    } else {
        auto result = body();
        trap.disarm();
        return result;
    }
}

/** The body of every function the server calls: no C++ exception leaves it, each becomes an ereport(ERROR). */
template <typename Body>
auto boundary(Body &&body) -> decltype(body()) {
    ErrorData *data = nullptr;
    const char *what = nullptr;
    try {
        return body();
    } catch (const ServerError &error) {
        data = error.data;
    } catch (const std::bad_alloc &) {
        what = "out of memory";
    } catch (const std::exception &error) {
        what = MemoryContextStrdup(ErrorContext, error.what());
    } catch (...) {
        what = "unknown C++ exception";
    }
    rethrow_as_error(data, what);
}

/**
 * Runs `body` in a subtransaction; on an error rolls it back and returns the error (in the caller's memory),
 * nullptr on success. The only way to survive an error.
 */
ErrorData *attempt_body(void (*body)(void *), void *argument);

template <typename Body>
ErrorData *attempt(Body body) {
    return attempt_body([](void *argument) { (*static_cast<Body *>(argument))(); }, &body);
}

/** Runs `body`, then `cleanup` whether or not it raised; the error goes on. */
template <typename Body, typename Cleanup>
void finally(Body body, Cleanup cleanup) {
    ErrorTrap trap;
    if (sigsetjmp(*trap.arm(), 0) != 0) {
        trap.disarm();
        cleanup();
        PG_RE_THROW();
    }
    body();
    trap.disarm();
    cleanup();
}

} // namespace pgtv::pg
