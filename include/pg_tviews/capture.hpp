// Capture: row images of changed source rows, collected per transaction until every TVIEW that reads the source
// has consumed them. Lifetime: transaction (subtransaction rollback drops what it added and undoes draining).
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::capture {

/** What happened to one source since a TVIEW last consumed its changes. */
struct SourceChanges {
    Oid source;
    bool whole;       // TRUNCATE, overflow, refresh of a source: everything may have changed
    int64 images;     // old and new images
    int64 old_images; // how many of them are old
    int64 unchanged;  // how many are of updated rows, whose image was the same before
};

/** Changes pending for `rule->tview`: list of SourceChanges *, only sources that changed. NIL = nothing pending. */
List *pending_changes(const plan::Rule *rule);

/** The images of all `changes`. */
int64 count_images(List *changes);

/** Row descriptor of the images of `source` in this transaction (column names as in the source). */
TupleDesc image_descriptor(Oid source);

/**
 * A tuplestore with the images of `source` pending for `tview`; `old_only`: just the old ones. Row type:
 * image_descriptor(source). The caller ends it (tuplestore_end).
 */
Tuplestorestate *images(Oid tview, Oid source, bool old_only);

/** The changes seen so far are consumed by `tview`. Undone if the current subtransaction aborts. */
void mark_consumed(Oid tview);

/** Everything of `source` may have changed (TRUNCATE, REFRESH, ATTACH …). */
void mark_whole(Oid source);

/** Immediate TVIEWs that have something pending, and others but scheduled ones if asked for; list of Oid, unordered. */
List *tviews_with_changes(bool include_deferred);

/** Is anything at all pending? Cheap: asked after each statement. */
bool anything_pending();

/** The row trigger of a table that is no partition. */
constexpr const char *row_trigger_name = "~tview_capture_row";

/** Creates the capture triggers on `source`, its partitions and inheritance children; idempotent. */
void install_triggers(Oid source);
/** Drops the capture triggers of `source` (and of its children that no other TVIEW needs) if no TVIEW reads it. */
void remove_unused_triggers(Oid source);

/** Registers transaction callbacks, relcache callbacks. Called once from _PG_init. */
void initialize();

} // namespace pgtv::capture
