// Finds the extension's tables and scans them by index. Lifetime of the OIDs: backend, until one of them changes.

#include "pg/postgres.hpp"
#include "catalog/catalog_tables.hpp"

#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "pg/bridge.hpp"

namespace pgtv::catalog {
namespace {

CatalogTables known_tables;
bool tables_known = false;
bool callback_registered = false;

void forget_tables(Datum, Oid relid) {
    // Runs in any invalidation, also during abort: memory only.
    if (relid == InvalidOid || relid == known_tables.tview || relid == known_tables.dependency ||
        relid == known_tables.pending || relid == known_tables.companion)
        tables_known = false;
}

/**
 * Whether `relid` is a member of our extension. A schema "tview" made by somebody else while the extension is not
 * installed must never be believed: its rows would decide what runs as whom.
 */
bool belongs_to_extension(Oid relid) {
    const Oid extension = get_extension_oid("pg_tviews", true);
    return OidIsValid(extension) && getExtensionOfObject(RelationRelationId, relid) == extension;
}

bool look_up(CatalogTables *tables) {
    const Oid schema = get_namespace_oid("tview", true);
    if (!OidIsValid(schema))
        return false;
    *tables = CatalogTables{
        .tview = get_relname_relid("tview", schema),
        .tview_pkey = get_relname_relid("tview_pkey", schema),
        .tview_view_key = get_relname_relid("tview_view_key", schema),
        .dependency = get_relname_relid("dependency", schema),
        .dependency_pkey = get_relname_relid("dependency_pkey", schema),
        .dependency_source_idx = get_relname_relid("dependency_source_idx", schema),
        .pending = get_relname_relid("pending", schema),
        .pending_tview_idx = get_relname_relid("pending_tview_idx", schema),
        .companion = get_relname_relid("companion", schema),
        .companion_pkey = get_relname_relid("companion_pkey", schema),
        .companion_companion_key = get_relname_relid("companion_companion_key", schema),
        .companion_view_key = get_relname_relid("companion_view_key", schema),
    };
    if (OidIsValid(tables->companion) && !belongs_to_extension(tables->companion))
        tables->companion = InvalidOid;
    return OidIsValid(tables->tview) && OidIsValid(tables->tview_pkey) && OidIsValid(tables->tview_view_key) &&
           OidIsValid(tables->dependency) && OidIsValid(tables->dependency_pkey) &&
           OidIsValid(tables->dependency_source_idx) && OidIsValid(tables->pending) &&
           OidIsValid(tables->pending_tview_idx) && belongs_to_extension(tables->tview) &&
           belongs_to_extension(tables->dependency) && belongs_to_extension(tables->pending);
}

} // namespace

const CatalogTables *find_catalog_tables() {
    if (tables_known)
        return &known_tables;
    if (!IsTransactionState())
        return nullptr;
    if (!callback_registered) {
        CacheRegisterRelcacheCallback(
            [](Datum argument, Oid relid) { pg::boundary([=] { forget_tables(argument, relid); }); }, Datum(0));
        callback_registered = true;
    }
    CatalogTables found;
    if (!look_up(&found))
        return nullptr;
    known_tables = found;
    tables_known = true;
    return &known_tables;
}

const CatalogTables *get_catalog_tables() {
    const CatalogTables *tables = find_catalog_tables();
    if (tables == nullptr)
        raise(NotReady{"extension pg_tviews is not installed in this database", nullptr,
                       "Run CREATE EXTENSION pg_tviews."});
    return tables;
}

void invalidate_relation(Oid relid) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple))
        return;
    CacheInvalidateRelcacheByTuple(tuple);
    ReleaseSysCache(tuple);
}

void visit_rows(Oid table, Oid index, AttrNumber column, Oid value, RowVisitor visitor, void *argument) {
    Relation relation = table_open(table, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(value));
    SysScanDesc scan = systable_beginscan(relation, index, true, nullptr, 1, &key);
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple); tuple = systable_getnext(scan))
        visitor(tuple, RelationGetDescr(relation), argument);
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
}

Oid extension_schema() {
    Relation relation = table_open(ExtensionRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum("pg_tviews"));
    SysScanDesc scan = systable_beginscan(relation, ExtensionNameIndexId, true, nullptr, 1, &key);
    HeapTuple tuple = systable_getnext(scan);
    Oid schema =
        HeapTupleIsValid(tuple) ? reinterpret_cast<Form_pg_extension>(GETSTRUCT(tuple))->extnamespace : InvalidOid;
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    return schema;
}

bool extension_installed() {
    return find_catalog_tables() != nullptr;
}

} // namespace pgtv::catalog
