// Catalog: the tables of schema tview, read by index scans (no SPI, no privileges needed), written as bootstrap
// superuser would. Results are palloc'ed in the current memory context.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::catalog {

enum class RefreshMode { immediate, deferred, scheduled, manual };

/** A row of tview.tview. */
struct TView {
    Oid relid; // the TVIEW table
    Oid view;  // its backing view
    RefreshMode refresh;
    List *key;            // of char *: the `key` option, NIL = chosen by us
    const char *schedule; // NULL = none
    const char *timezone; // NULL = none
    const char *notify;   // channel, NULL = none
    bool populated;
};

/** The row of TVIEW `relid`, nullptr if it is none (also when the extension is not installed here). */
TView *find_tview(Oid relid);
/** The same; raises 42704 / 42809 if there is none. */
TView *get_tview(Oid relid);
/** The TVIEW whose backing view is `view`; nullptr if none. */
TView *find_tview_by_view(Oid view);
/** OIDs of the TVIEWs that read `source` (tview.dependency), in OID order. */
List *tviews_reading(Oid source);
/** OIDs of the sources of TVIEW `tview`. */
List *sources_of(Oid tview);
/** Does the way from TVIEW `tview` to one of its sources, as recorded, lead through `relation`? */
bool walks_through(Oid tview, Oid relation);
/** OIDs of all TVIEWs. */
List *all_tviews();

void insert_tview(const TView &row);
void update_tview(const TView &row);
/** Removes the row and its dependencies; no error if there is none. */
void delete_tview(Oid relid);
/** Replaces the tview.dependency rows of `tview` by `sources` (of analysis::Source *). */
void replace_dependencies(Oid tview, List *sources);

/** A row of tview.companion: where the aggregates of a TVIEW are kept which its own columns do not tell. */
struct Companion {
    Oid tview;
    Oid table; // a TVIEW too; InvalidOid: there is none
    Oid view;  // the rows of `tview`, computed from those of `table`
};

/** False where an older version of the extension is installed, which has no table for them. */
bool companions_possible();
/** The companion of `tview`, if it has one and that is complete. */
Companion find_companion(Oid tview);
/** The row whose companion, or its view, `relid` is; its tview is InvalidOid if there is none. */
Companion find_companion_row(Oid relid);
void insert_companion(const Companion &row);
/** Removes the row of `relid`, be it the TVIEW or the companion; no error if there is none. */
void delete_companion(Oid relid);

/** What a row of tview.pending says about a scheduled TVIEW. */
enum class PendingKind { baseline /* all changes since are stored */, whole, images };

/** A row of tview.pending. The members below `kind` are for images only. */
struct PendingRow {
    Oid tview;
    PendingKind kind;
    Oid source;
    int32 format;
    int column_count;
    AttrNumber *columns; // [column_count]
    Oid *types;          // [column_count]
    int32 image_count;
    bytea *images;
};

/** Stores a row; waits for nobody. */
void insert_pending(const PendingRow &row);

/** Called with each row found, in scratch memory that is reset afterwards. True: the row is to be deleted. */
using PendingVisitor = bool (*)(const PendingRow &row, void *argument);

/** Visits the rows of `tview` that `snapshot` sees, and deletes exactly those whose visitor says so. */
void visit_pending(Oid tview, Snapshot snapshot, PendingVisitor visitor, void *argument);

template <typename Visitor>
void for_each_pending(Oid tview, Snapshot snapshot, Visitor visitor) {
    visit_pending(
        tview, snapshot, [](const PendingRow &row, void *argument) { return (*static_cast<Visitor *>(argument))(row); },
        &visitor);
}

/** The schema of the extension's functions (InvalidOid if none); whether the extension is installed here. */
Oid extension_schema();
bool extension_installed();

} // namespace pgtv::catalog
