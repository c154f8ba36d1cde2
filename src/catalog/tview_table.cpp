// The table tview.tview: one row per TVIEW. Lifetime of what is returned: the caller's memory context.

#include "pg/postgres.hpp"
#include "pg_tviews/catalog.hpp"

#include "catalog/catalog_tables.hpp"
#include "pg/names.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::catalog {
namespace {

enum Column : AttrNumber {
    column_relid = 1,
    column_view,
    column_refresh,
    column_key,
    column_schedule,
    column_timezone,
    column_notify,
    column_populated,
    column_created_at,
};
constexpr int column_count = column_created_at;

constexpr const char *refresh_names[] = {"immediate", "deferred", "scheduled", "manual"};

RefreshMode refresh_mode(const char *name) {
    for (int i = 0; i < int(lengthof(refresh_names)); i++)
        if (strcmp(refresh_names[i], name) == 0)
            return RefreshMode(i);
    raise(NotReady{psprintf("unknown refresh mode \"%s\" in tview.tview", name), nullptr, nullptr});
}

const char *text_or_null(const Datum *values, const bool *nulls, AttrNumber column) {
    return nulls[column - 1] ? nullptr : TextDatumGetCString(values[column - 1]);
}

List *name_list(Datum array) {
    Datum *elements;
    int count;
    deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr, &count);
    List *names = NIL;
    for (int i = 0; i < count; i++)
        names = lappend(names, TextDatumGetCString(elements[i]));
    return names;
}

TView *read_row(HeapTuple tuple, TupleDesc descriptor) {
    Datum values[column_count];
    bool nulls[column_count];
    if (descriptor->natts != column_count)
        raise(NotReady{"table tview.tview does not have the columns this library expects", nullptr,
                       "Run ALTER EXTENSION pg_tviews UPDATE."});
    heap_deform_tuple(tuple, descriptor, values, nulls);
    auto *row = static_cast<TView *>(palloc0(sizeof(TView)));
    row->relid = DatumGetObjectId(values[column_relid - 1]);
    row->view = DatumGetObjectId(values[column_view - 1]);
    row->refresh = refresh_mode(TextDatumGetCString(values[column_refresh - 1]));
    row->key = nulls[column_key - 1] ? NIL : name_list(values[column_key - 1]);
    row->schedule = text_or_null(values, nulls, column_schedule);
    row->timezone = text_or_null(values, nulls, column_timezone);
    row->notify = text_or_null(values, nulls, column_notify);
    row->populated = DatumGetBool(values[column_populated - 1]);
    return row;
}

TView *find_row(Oid (*index_of)(const CatalogTables &), AttrNumber column, Oid value) {
    const CatalogTables *tables = find_catalog_tables();
    if (tables == nullptr || !OidIsValid(value))
        return nullptr;
    TView *found = nullptr;
    for_each_row(tables->tview, index_of(*tables), column, value,
                 [&found](HeapTuple tuple, TupleDesc descriptor) { found = read_row(tuple, descriptor); });
    return found;
}

void set_text(Datum *values, bool *nulls, AttrNumber column, const char *value) {
    nulls[column - 1] = value == nullptr;
    values[column - 1] = value == nullptr ? Datum(0) : CStringGetTextDatum(value);
}

void set_names(Datum *values, bool *nulls, AttrNumber column, List *names) {
    nulls[column - 1] = names == NIL;
    if (names == NIL)
        return;
    auto *elements = static_cast<Datum *>(palloc(sizeof(Datum) * size_t(list_length(names))));
    ListCell *cell;
    foreach (cell, names)
        elements[foreach_current_index(cell)] = CStringGetTextDatum(static_cast<char *>(lfirst(cell)));
    values[column - 1] =
        PointerGetDatum(construct_array(elements, list_length(names), TEXTOID, -1, false, TYPALIGN_INT));
}

void fill_values(const TView &row, Datum *values, bool *nulls) {
    values[column_relid - 1] = ObjectIdGetDatum(row.relid);
    values[column_view - 1] = ObjectIdGetDatum(row.view);
    values[column_refresh - 1] = CStringGetTextDatum(refresh_names[int(row.refresh)]);
    set_names(values, nulls, column_key, row.key);
    set_text(values, nulls, column_schedule, row.schedule);
    set_text(values, nulls, column_timezone, row.timezone);
    set_text(values, nulls, column_notify, row.notify);
    values[column_populated - 1] = BoolGetDatum(row.populated);
}

void write_row(const TView &row, bool is_new) {
    const CatalogTables *tables = get_catalog_tables();
    Datum values[column_count] = {};
    bool nulls[column_count] = {};
    bool replace[column_count];
    std::fill(std::begin(replace), std::end(replace), true);
    fill_values(row, values, nulls);

    Relation relation = table_open(tables->tview, RowExclusiveLock);
    TupleDesc descriptor = RelationGetDescr(relation);
    if (is_new) {
        values[column_created_at - 1] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
        CatalogTupleInsert(relation, heap_form_tuple(descriptor, values, nulls));
    } else {
        replace[column_created_at - 1] = false;
        for_each_row(tables->tview, tables->tview_pkey, column_relid, row.relid, [&](HeapTuple old, TupleDesc) {
            HeapTuple tuple = heap_modify_tuple(old, descriptor, values, nulls, replace);
            CatalogTupleUpdate(relation, &tuple->t_self, tuple);
        });
    }
    table_close(relation, NoLock);
    CommandCounterIncrement();
    invalidate_relation(row.relid);
    invalidate_relation(row.view);
}

} // namespace

TView *find_tview(Oid relid) {
    return find_row([](const CatalogTables &tables) { return tables.tview_pkey; }, column_relid, relid);
}

TView *get_tview(Oid relid) {
    TView *row = find_tview(relid);
    if (row != nullptr)
        return row;
    const char *name = get_rel_name(relid);
    if (name == nullptr)
        raise(TViewMissing{psprintf("%u", relid)});
    raise(NotATView{name, pg::relation_kind(relid)});
}

TView *find_tview_by_view(Oid view) {
    return find_row([](const CatalogTables &tables) { return tables.tview_view_key; }, column_view, view);
}

List *all_tviews() {
    const CatalogTables *tables = find_catalog_tables();
    List *found = NIL;
    if (tables == nullptr)
        return NIL;
    Relation relation = table_open(tables->tview, AccessShareLock);
    SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, nullptr, 0, nullptr);
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple); tuple = systable_getnext(scan))
        found = lappend_oid(found, read_row(tuple, RelationGetDescr(relation))->relid);
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    list_sort(found, list_oid_cmp);
    return found;
}

void insert_tview(const TView &row) {
    write_row(row, true);
}

void update_tview(const TView &row) {
    write_row(row, false);
}

void delete_tview(Oid relid) {
    const CatalogTables *tables = find_catalog_tables();
    if (tables == nullptr)
        return;
    replace_dependencies(relid, NIL);
    delete_companion(relid);
    Relation relation = table_open(tables->tview, RowExclusiveLock);
    for_each_row(tables->tview, tables->tview_pkey, column_relid, relid,
                 [relation](HeapTuple tuple, TupleDesc) { CatalogTupleDelete(relation, &tuple->t_self); });
    table_close(relation, NoLock);
    CommandCounterIncrement();
    invalidate_relation(relid);
}

} // namespace pgtv::catalog
