// Where the tables of schema tview are: their OIDs in this database, looked up once per backend.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::catalog {

/** The relations of schema tview that are read and written directly. */
struct CatalogTables {
    Oid tview;
    Oid tview_pkey;
    Oid tview_view_key;
    Oid dependency;
    Oid dependency_pkey;
    Oid dependency_source_idx;
    Oid pending;
    Oid pending_tview_idx;
    Oid companion; // InvalidOid in a database whose extension is older
    Oid companion_pkey;
    Oid companion_companion_key;
    Oid companion_view_key;
};

/** nullptr when the extension is not installed in this database. */
const CatalogTables *find_catalog_tables();
/** The same; raises 55000 when the extension is not installed. */
const CatalogTables *get_catalog_tables();

/** Tells every backend that what it knows of `relid` is out of date; nothing if the relation is gone. */
void invalidate_relation(Oid relid);

/** Called with each row found; the tuple is valid only during the call. */
using RowVisitor = void (*)(HeapTuple tuple, TupleDesc descriptor, void *argument);

/** Visits the rows of `table` whose column `column` equals `value`, by `index`, whose first column that is. */
void visit_rows(Oid table, Oid index, AttrNumber column, Oid value, RowVisitor visitor, void *argument);

template <typename Visitor>
void for_each_row(Oid table, Oid index, AttrNumber column, Oid value, Visitor visitor) {
    visit_rows(
        table, index, column, value,
        [](HeapTuple tuple, TupleDesc descriptor, void *argument) {
            (*static_cast<Visitor *>(argument))(tuple, descriptor);
        },
        &visitor);
}

} // namespace pgtv::catalog
