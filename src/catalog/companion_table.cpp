// The table tview.companion: one row per TVIEW that has a companion. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg_tviews/catalog.hpp"

#include "catalog/catalog_tables.hpp"

namespace pgtv::catalog {
namespace {

enum Column : AttrNumber { column_tview = 1, column_companion, column_view };
constexpr int column_count = column_view;

Companion read_row(HeapTuple tuple, TupleDesc descriptor) {
    Datum values[column_count];
    bool nulls[column_count];
    heap_deform_tuple(tuple, descriptor, values, nulls);
    return {
        .tview = DatumGetObjectId(values[column_tview - 1]),
        .table = DatumGetObjectId(values[column_companion - 1]),
        .view = DatumGetObjectId(values[column_view - 1]),
    };
}

Companion find_row(const CatalogTables *tables, Oid index, AttrNumber column, Oid value) {
    Companion found = {InvalidOid, InvalidOid, InvalidOid};
    for_each_row(tables->companion, index, column, value,
                 [&found](HeapTuple tuple, TupleDesc descriptor) { found = read_row(tuple, descriptor); });
    return found;
}

/** nullptr: there is no such table here. */
const CatalogTables *tables_with_companions() {
    const CatalogTables *tables = find_catalog_tables();
    return tables != nullptr && OidIsValid(tables->companion) ? tables : nullptr;
}

bool exists(Oid relid) {
    return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid));
}

void invalidate(const Companion &row) {
    invalidate_relation(row.tview);
    invalidate_relation(row.table);
}

void delete_found(const CatalogTables *tables, Oid index, AttrNumber column, Oid value) {
    Relation relation = table_open(tables->companion, RowExclusiveLock);
    for_each_row(tables->companion, index, column, value, [relation](HeapTuple tuple, TupleDesc descriptor) {
        invalidate(read_row(tuple, descriptor));
        CatalogTupleDelete(relation, &tuple->t_self);
    });
    table_close(relation, NoLock);
    CommandCounterIncrement();
}

} // namespace

bool companions_possible() {
    return tables_with_companions() != nullptr;
}

Companion find_companion(Oid tview) {
    const CatalogTables *tables = tables_with_companions();
    const Companion none = {tview, InvalidOid, InvalidOid};
    if (tables == nullptr)
        return none;
    const Companion found = find_row(tables, tables->companion_pkey, column_tview, tview);
    return exists(found.table) && exists(found.view) && find_tview(found.table) != nullptr ? found : none;
}

Companion find_companion_row(Oid relid) {
    const CatalogTables *tables = tables_with_companions();
    if (tables == nullptr)
        return {InvalidOid, InvalidOid, InvalidOid};
    const Companion found = find_row(tables, tables->companion_companion_key, column_companion, relid);
    return OidIsValid(found.tview) ? found : find_row(tables, tables->companion_view_key, column_view, relid);
}

void insert_companion(const Companion &row) {
    Relation relation = table_open(get_catalog_tables()->companion, RowExclusiveLock);
    Datum values[column_count] = {ObjectIdGetDatum(row.tview), ObjectIdGetDatum(row.table), ObjectIdGetDatum(row.view)};
    bool nulls[column_count] = {};
    CatalogTupleInsert(relation, heap_form_tuple(RelationGetDescr(relation), values, nulls));
    table_close(relation, NoLock);
    CommandCounterIncrement();
    invalidate(row);
}

void delete_companion(Oid relid) {
    const CatalogTables *tables = tables_with_companions();
    if (tables == nullptr)
        return;
    delete_found(tables, tables->companion_pkey, column_tview, relid);
    delete_found(tables, tables->companion_companion_key, column_companion, relid);
}

} // namespace pgtv::catalog
