// What the checks of a query share while they walk it: private to check_query. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/analysis.hpp"

#include "analysis/stable_functions.hpp"
#include "analysis/stored_query.hpp"

namespace pgtv::analysis {

/** Objects already dealt with, of Oid: views and functions are checked once, notices given once. */
struct DoneObjects {
    List *views;
    List *functions;
    List *noticed;
};

/** Where the walk is. Copied and changed on the way down. */
struct Checks {
    Freshness freshness;
    Oid owner;                 // of the TVIEW
    Oid user;                  // as whom relations are read here: the owner, a view's owner, …
    Oid view;                  // whose query this is; InvalidOid for the TVIEW's own
    bool in_body;              // in a function body or a domain's constraint
    const char *reads_nothing; // what this is the body of, if it must not read: an IMMUTABLE function, a constraint
    bool trusts_functions;     // in the body of an IMMUTABLE function: its author vouches for what it calls
    const QueryLevel *level;   // innermost query
    DoneObjects *done;
    bool *unstable; // only asked: set where contents may change while no source does; nullptr: report or refuse it
};

/** The walker: checks `node` and everything below; `argument` is a Checks. */
bool check_node(Node *node, void *argument);

/** Checks everything `node` calls by itself: functions, I/O functions of casts, constraints of domains. */
void check_calls(Node *node, Checks *checks);

/** Checks that `function` may be called; says on what its result depends. */
Stability check_function(Oid function, Checks *checks);

/** Checks the output functions, and casts to json, that turning `values` (expressions) into text or json calls. */
void check_rendered_values(List *values, Checks *checks);

/** Checks the constraints of `type` if it is a domain. */
void check_domain(Oid type, const Checks *checks);

/** Checks the input functions and domain constraints that a value of `type` passes when it is read from text. */
void check_parsed_type(Oid type, Checks *checks);

/** Checks a relation of a FROM list, and the query behind it if it is a view. */
void check_relation(const RangeTblEntry *entry, Checks *checks);

} // namespace pgtv::analysis
