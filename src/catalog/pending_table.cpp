// The table tview.pending: what scheduled TVIEWs have not seen yet. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg_tviews/catalog.hpp"

#include "catalog/catalog_tables.hpp"

namespace pgtv::catalog {
namespace {

enum Column : AttrNumber {
    column_tview = 1,
    column_what,
    column_stored_at,
    column_source,
    column_format,
    column_columns,
    column_types,
    column_image_count,
    column_images,
};
constexpr int column_count = column_images;

constexpr const char *kind_names[] = {"baseline", "whole", "images"};

/** What cannot be read counts as "everything may have changed". */
PendingKind kind_of(Datum name) {
    const char *spelled = TextDatumGetCString(name);
    for (int i = 0; i < int(lengthof(kind_names)); i++)
        if (strcmp(kind_names[i], spelled) == 0)
            return PendingKind(i);
    return PendingKind::whole;
}

Datum attribute_array(const PendingRow &row) {
    auto *elements = static_cast<Datum *>(palloc(sizeof(Datum) * size_t(row.column_count + 1)));
    for (int i = 0; i < row.column_count; i++)
        elements[i] = Int16GetDatum(row.columns[i]);
    return PointerGetDatum(construct_array(elements, row.column_count, INT2OID, 2, true, TYPALIGN_SHORT));
}

Datum type_array(const PendingRow &row) {
    auto *elements = static_cast<Datum *>(palloc(sizeof(Datum) * size_t(row.column_count + 1)));
    for (int i = 0; i < row.column_count; i++)
        elements[i] = ObjectIdGetDatum(row.types[i]);
    return PointerGetDatum(construct_array(elements, row.column_count, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
}

void read_layout(const Datum *values, PendingRow *row) {
    Datum *elements;
    int types;
    deconstruct_array(DatumGetArrayTypeP(values[column_columns - 1]), INT2OID, 2, true, TYPALIGN_SHORT, &elements,
                      nullptr, &row->column_count);
    row->columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * size_t(row->column_count + 1)));
    for (int i = 0; i < row->column_count; i++)
        row->columns[i] = DatumGetInt16(elements[i]);
    deconstruct_array(DatumGetArrayTypeP(values[column_types - 1]), OIDOID, sizeof(Oid), true, TYPALIGN_INT, &elements,
                      nullptr, &types);
    row->types = static_cast<Oid *>(palloc0(sizeof(Oid) * size_t(row->column_count + 1)));
    for (int i = 0; i < std::min(types, row->column_count); i++)
        row->types[i] = DatumGetObjectId(elements[i]);
}

PendingRow read_row(HeapTuple tuple, TupleDesc descriptor) {
    Datum values[column_count];
    bool nulls[column_count];
    heap_deform_tuple(tuple, descriptor, values, nulls);
    PendingRow row = {};
    row.tview = DatumGetObjectId(values[column_tview - 1]);
    row.kind = kind_of(values[column_what - 1]);
    if (row.kind != PendingKind::images)
        return row;
    if (std::any_of(std::begin(nulls), std::end(nulls), [](bool null) { return null; })) {
        row.kind = PendingKind::whole;
        return row;
    }
    row.source = DatumGetObjectId(values[column_source - 1]);
    row.format = DatumGetInt32(values[column_format - 1]);
    read_layout(values, &row);
    row.image_count = DatumGetInt32(values[column_image_count - 1]);
    row.images = DatumGetByteaPP(values[column_images - 1]);
    return row;
}

} // namespace

void insert_pending(const PendingRow &row) {
    Datum values[column_count] = {};
    bool nulls[column_count] = {};
    values[column_tview - 1] = ObjectIdGetDatum(row.tview);
    values[column_what - 1] = CStringGetTextDatum(kind_names[int(row.kind)]);
    values[column_stored_at - 1] = TimestampTzGetDatum(GetCurrentTimestamp());
    if (row.kind == PendingKind::images) {
        values[column_source - 1] = ObjectIdGetDatum(row.source);
        values[column_format - 1] = Int32GetDatum(row.format);
        values[column_columns - 1] = attribute_array(row);
        values[column_types - 1] = type_array(row);
        values[column_image_count - 1] = Int32GetDatum(row.image_count);
        values[column_images - 1] = PointerGetDatum(row.images);
    } else {
        std::fill(nulls + column_source - 1, nulls + column_count, true);
    }
    Relation relation = table_open(get_catalog_tables()->pending, RowExclusiveLock);
    HeapTuple tuple = heap_form_tuple(RelationGetDescr(relation), values, nulls);
    CatalogTupleInsert(relation, tuple);
    heap_freetuple(tuple);
    table_close(relation, NoLock);
}

void visit_pending(Oid tview, Snapshot snapshot, PendingVisitor visitor, void *argument) {
    const CatalogTables *tables = get_catalog_tables();
    const MemoryContext scratch =
        AllocSetContextCreate(CurrentMemoryContext, "pg_tviews pending row", ALLOCSET_DEFAULT_SIZES);
    Relation relation = table_open(tables->pending, RowExclusiveLock);
    ScanKeyData key;
    ScanKeyInit(&key, column_tview, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(tview));
    SysScanDesc scan = systable_beginscan(relation, tables->pending_tview_idx, true, snapshot, 1, &key);
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple); tuple = systable_getnext(scan)) {
        CHECK_FOR_INTERRUPTS();
        const MemoryContext previous = MemoryContextSwitchTo(scratch);
        if (visitor(read_row(tuple, RelationGetDescr(relation)), argument))
            CatalogTupleDelete(relation, &tuple->t_self);
        MemoryContextSwitchTo(previous);
        MemoryContextReset(scratch);
    }
    systable_endscan(scan);
    table_close(relation, NoLock);
    MemoryContextDelete(scratch);
}

} // namespace pgtv::catalog
