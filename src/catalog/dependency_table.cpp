// The table tview.dependency: one row per TVIEW and source. Lifetime of what is returned: the caller's memory.

#include "pg/postgres.hpp"
#include "pg_tviews/catalog.hpp"

#include "catalog/catalog_tables.hpp"
#include "pg_tviews/analysis.hpp"

namespace pgtv::catalog {
namespace {

enum Column : AttrNumber { column_tview = 1, column_source, column_depth, column_path, column_columns };
constexpr int column_count = column_columns;

Oid oid_of(HeapTuple tuple, TupleDesc descriptor, AttrNumber column) {
    bool null;
    return DatumGetObjectId(heap_getattr(tuple, column, descriptor, &null));
}

Datum path_array(List *path) {
    auto *elements = static_cast<Datum *>(palloc(sizeof(Datum) * size_t(std::max(list_length(path), 1))));
    ListCell *cell;
    foreach (cell, path)
        elements[foreach_current_index(cell)] = ObjectIdGetDatum(lfirst_oid(cell));
    return PointerGetDatum(construct_array(elements, list_length(path), REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT));
}

List *path_list(HeapTuple tuple, TupleDesc descriptor) {
    bool null;
    Datum *elements;
    int count;
    deconstruct_array(DatumGetArrayTypeP(heap_getattr(tuple, column_path, descriptor, &null)), REGCLASSOID, sizeof(Oid),
                      true, TYPALIGN_INT, &elements, nullptr, &count);
    List *path = NIL;
    for (int i = 0; i < count; i++)
        path = lappend_oid(path, DatumGetObjectId(elements[i]));
    return path;
}

/** The names of the columns read, in the table's order; every column for a whole-row reference. */
Datum column_names(const analysis::Source &source) {
    Relation relation = relation_open(source.relid, AccessShareLock);
    TupleDesc descriptor = RelationGetDescr(relation);
    auto *elements = static_cast<Datum *>(palloc(sizeof(Datum) * size_t(std::max(descriptor->natts, 1))));
    const bool whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, source.columns);
    int count = 0;
    for (int i = 0; i < descriptor->natts; i++) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped)
            continue;
        if (whole_row || bms_is_member(attribute->attnum - FirstLowInvalidHeapAttributeNumber, source.columns))
            elements[count++] = CStringGetTextDatum(NameStr(attribute->attname));
    }
    relation_close(relation, AccessShareLock);
    return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

void insert_row(Relation relation, Oid tview, const analysis::Source &source) {
    Datum values[column_count];
    bool nulls[column_count] = {};
    values[column_tview - 1] = ObjectIdGetDatum(tview);
    values[column_source - 1] = ObjectIdGetDatum(source.relid);
    values[column_depth - 1] = Int32GetDatum(source.depth);
    values[column_path - 1] = path_array(source.path);
    values[column_columns - 1] = column_names(source);
    CatalogTupleInsert(relation, heap_form_tuple(RelationGetDescr(relation), values, nulls));
    invalidate_relation(source.relid);
}

/** The values of `wanted` in the rows whose `column` is `value`, sorted. */
List *related(Oid index, AttrNumber column, Oid value, AttrNumber wanted) {
    List *found = NIL;
    for_each_row(get_catalog_tables()->dependency, index, column, value,
                 [&found, wanted](HeapTuple tuple, TupleDesc descriptor) {
                     found = lappend_oid(found, oid_of(tuple, descriptor, wanted));
                 });
    list_sort(found, list_oid_cmp);
    return found;
}

} // namespace

List *tviews_reading(Oid source) {
    const CatalogTables *tables = find_catalog_tables();
    if (tables == nullptr)
        return NIL;
    // In the middle of a DROP … CASCADE the table may be gone before sql_drop has removed its rows.
    List *result = NIL;
    ListCell *cell;
    foreach (cell, related(tables->dependency_source_idx, column_source, source, column_tview))
        if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(lfirst_oid(cell))))
            result = lappend_oid(result, lfirst_oid(cell));
    return result;
}

List *sources_of(Oid tview) {
    const CatalogTables *tables = find_catalog_tables();
    return tables == nullptr ? NIL : related(tables->dependency_pkey, column_tview, tview, column_source);
}

bool walks_through(Oid tview, Oid relation) {
    const CatalogTables *tables = find_catalog_tables();
    bool found = false;
    if (tables == nullptr)
        return false;
    for_each_row(tables->dependency, tables->dependency_pkey, column_tview, tview,
                 [&found, relation](HeapTuple tuple, TupleDesc descriptor) {
                     found = found || list_member_oid(path_list(tuple, descriptor), relation);
                 });
    return found;
}

void replace_dependencies(Oid tview, List *sources) {
    const CatalogTables *tables = get_catalog_tables();
    Relation relation = table_open(tables->dependency, RowExclusiveLock);
    for_each_row(tables->dependency, tables->dependency_pkey, column_tview, tview,
                 [relation](HeapTuple tuple, TupleDesc descriptor) {
                     invalidate_relation(oid_of(tuple, descriptor, column_source));
                     CatalogTupleDelete(relation, &tuple->t_self);
                 });
    CommandCounterIncrement();
    ListCell *cell;
    foreach (cell, sources)
        insert_row(relation, tview, *static_cast<analysis::Source *>(lfirst(cell)));
    table_close(relation, NoLock);
    CommandCounterIncrement();
    invalidate_relation(tview);
}

} // namespace pgtv::catalog
