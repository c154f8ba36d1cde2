// The capture descriptor of a table: for each source (the table itself, or a root of the partition or inheritance
// tree it belongs to) what to watch and what to copy, by the table's own attribute numbers. Lifetime: backend; one
// that is invalidated stays readable until the end of the transaction.
#pragma once

#include "pg/postgres.hpp"
#include "capture/change_log.hpp"

namespace pgtv::capture {

struct Consumer {
    Oid tview;
    bool takes_images; // false: recomputed wholly whatever changes in this source
};

/** What the images of a source look like and who consumes them; the same for all tables of its tree. */
struct ImageLayout {
    Oid source;
    TupleDesc desc;
    int column_count;
    AttrNumber *columns; // [column_count] attribute numbers in the source, ascending
    int consumer_count;
    Consumer *consumers; // in OID order
};

/** A column of the fired table which somebody watches. */
struct WatchedColumn {
    AttrNumber attnum; // in the fired table
    bool by_value;
    bool in_image;
    int16 length;
    ConsumerSet consumers;
};

/** How changes of the fired table are captured for one source. */
struct Route {
    const ImageLayout *layout;
    ConsumerSet everybody;
    int watched_count;
    WatchedColumn *watched;
    AttrNumber *image_columns; // [layout->column_count] attribute numbers in the fired table
    AttrNumber highest;        // of all attribute numbers above
    void *log;                 // cache of change_set.cpp: the source's change set …
    uint64 log_of_transaction; // … of this transaction
};

struct Descriptor {
    Oid relid;
    int route_count;
    Route *routes;
};

/** The descriptor of table `relid`; no routes if no TVIEW captures it. Valid until the end of the transaction. */
const Descriptor *get_descriptor(Oid relid);

/** The sources whose changes include those of `relid`: itself and its ancestors. */
List *with_ancestors(Oid relid);

/** Registers the invalidation callback. Called by capture::initialize(). */
void initialize_descriptors();

/** Frees what was invalidated, at the end of a transaction. */
void release_retired_descriptors();

} // namespace pgtv::capture
