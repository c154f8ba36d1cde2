// The CONTEXT line of errors that concern a TVIEW. Lifetime: a scope; abort-safe, an error unwinds the stack itself.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

/** Errors raised in the scope say `doing` and `name`, as in: while maintaining tview "public.a". */
class ErrorContext {
public:
    ErrorContext(const char *doing, const char *name) : doing_(doing), name_(name) {
        callback_.callback = [](void *argument) {
            const auto *self = static_cast<const ErrorContext *>(argument);
            errcontext("while %s tview \"%s\"", self->doing_, self->name_);
        };
        callback_.arg = this;
        callback_.previous = error_context_stack;
        error_context_stack = &callback_;
    }
    ~ErrorContext() {
        error_context_stack = callback_.previous;
    }
    ErrorContext(const ErrorContext &) = delete;
    ErrorContext &operator=(const ErrorContext &) = delete;

private:
    const char *doing_;
    const char *name_;
    ErrorContextCallback callback_ = {};
};

} // namespace pgtv::pg
