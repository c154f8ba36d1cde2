// Notices a library loaded in the middle of a statement. Lifetime: backend.

#include "pg/postgres.hpp"
#include "capture/statement_watch.hpp"

namespace pgtv::capture {
namespace {

bool seen = false;
UncountedListener listener = nullptr;

} // namespace

void set_uncounted_listener(UncountedListener its_listener) {
    listener = its_listener;
}

void statement_seen() {
    seen = true;
}

void statement_trigger_fired() {
    if (seen)
        return;
    seen = true;
    if (listener != nullptr)
        listener();
}

} // namespace pgtv::capture
