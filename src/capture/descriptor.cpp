// The capture descriptors of this backend, built when a trigger of a table first fires. Lifetime: backend.

#include "pg/postgres.hpp"
#include "capture/descriptor.hpp"

#include "capture/backend_cache.hpp"
#include "capture/layout.hpp"
#include "capture/rule_cache.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::capture {
namespace {

struct Entry {
    Descriptor descriptor;
    MemoryContext memory;
    List *relations; // of Oid: their invalidation makes the descriptor stale
    bool valid;
    Entry *next_retired;

    [[nodiscard]] bool depends_on(Oid relid) const {
        return list_member_oid(relations, relid);
    }
};

constinit BackendCache<Entry> entries("pg_tviews capture descriptors");
Entry *latest = nullptr; // the one asked for last: rows come in runs

List *parents_of(Oid relid) {
    List *parents = NIL;
    Relation relation = table_open(InheritsRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    SysScanDesc scan = systable_beginscan(relation, InheritsRelidSeqnoIndexId, true, nullptr, 1, &key);
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple); tuple = systable_getnext(scan))
        parents = lappend_oid(parents, reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhparent);
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    return parents;
}

/**
 * Everything the routes were built from: a change of any of it makes the descriptor stale. TVIEWs that do not capture
 * (manual, not populated) count too: they may begin to.
 */
List *dependencies(List *sources) {
    List *result = list_copy(sources);
    ListCell *cell;
    foreach (cell, sources) {
        ListCell *reader;
        foreach (reader, catalog::tviews_reading(lfirst_oid(cell))) {
            result = list_append_unique_oid(result, lfirst_oid(reader));
            if (const CachedTView *tview = find_tview(lfirst_oid(reader)))
                result = list_concat_unique_oid(result, tview->rule->relations);
        }
    }
    return result;
}

void build(Entry *entry, Oid relid) {
    List *sources = with_ancestors(relid);
    Relation table = table_open(relid, AccessShareLock);
    entry->descriptor.relid = relid;
    entry->descriptor.routes = static_cast<Route *>(palloc0(sizeof(Route) * size_t(list_length(sources))));
    ListCell *cell;
    foreach (cell, sources) {
        Relation source = table_open(lfirst_oid(cell), AccessShareLock);
        if (fill_route(&entry->descriptor.routes[entry->descriptor.route_count], table, source))
            entry->descriptor.route_count++;
        table_close(source, AccessShareLock);
    }
    table_close(table, AccessShareLock);
    entry->relations = dependencies(sources);
}

Entry *build_entry(Oid relid) {
    const MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "pg_tviews capture descriptor", ALLOCSET_SMALL_SIZES);
    const MemoryContext previous = MemoryContextSwitchTo(memory);
    auto *entry = static_cast<Entry *>(palloc0(sizeof(Entry)));
    entry->memory = memory;
    const uint64 before = entries.invalidations();
    build(entry, relid);
    entry->valid = entries.invalidations() == before;
    MemoryContextSwitchTo(previous);
    MemoryContextSetParent(memory, CacheMemoryContext);
    return entry;
}

} // namespace

const Descriptor *get_descriptor(Oid relid) {
    if (latest != nullptr && latest->valid && latest->descriptor.relid == relid)
        return &latest->descriptor;
    Entry *entry = entries.find_valid(relid);
    if (entry == nullptr) {
        entry = build_entry(relid);
        entries.put(relid, entry);
    }
    latest = entry;
    return &latest->descriptor;
}

List *with_ancestors(Oid relid) {
    List *result = list_make1_oid(relid);
    for (int i = 0; i < list_length(result); i++)
        result = list_concat_unique_oid(result, parents_of(list_nth_oid(result, i)));
    return result;
}

void initialize_descriptors() {
    entries.watch({PROCOID, OPEROID});
}

void release_retired_descriptors() {
    entries.release([](Entry *entry) {
        if (latest == entry)
            latest = nullptr;
        MemoryContextDelete(entry->memory);
    });
}

} // namespace pgtv::capture
