// Background workers of our own: starting them, their connection, their transactions. Lifetime: a call.
#pragma once

#include "pg/bridge.hpp"

namespace pgtv::pg {

/** A worker to start: `function` is an exported C function of this library. */
struct WorkerRequest {
    const char *name;     // shown in the process title and in pg_stat_activity.backend_type
    const char *function; // void function(Datum)
    Datum argument;
    const void *extra = nullptr; // copied into bgw_extra, at most BGW_EXTRALEN bytes
    size_t extra_size = 0;
    int restart_seconds = BGW_NEVER_RESTART;
};

/** Registers a worker that the server starts with itself; from _PG_init only. */
void register_static_worker(const WorkerRequest &request);

/** Starts a worker; this process gets SIGUSR1 when it starts and ends. NULL if there is no free slot. */
BackgroundWorkerHandle *start_worker(const WorkerRequest &request);

/** Has the worker ended, or will it never start? */
bool worker_ended(BackgroundWorkerHandle *handle);

/** First thing in a worker: handles signals and connects as superuser, to no database if it is InvalidOid. */
void connect_worker(Oid database);

/** Shows `name` as application_name and as the current activity. */
void show_activity(const char *name);

/** Sleeps until the latch is set or `until` has come (DT_NOEND: no limit); handles interrupts and reload. */
void sleep_until(TimestampTz until);

/** Runs `body` in a transaction; an error aborts it, is logged and returned in the caller's memory, else NULL. */
ErrorData *transaction_body(void (*body)(void *), void *argument);

template <typename Body>
ErrorData *in_transaction(Body body) {
    return transaction_body([](void *argument) { (*static_cast<Body *>(argument))(); }, &body);
}

} // namespace pgtv::pg
