// Index scans for stored rows. An index serves if it is a plain B-tree that begins with the columns of K and compares
// them with K's own equality: then it finds exactly what the query `WHERE k = …` would.

#include "pg/postgres.hpp"
#include "maintenance/stored_lookup.hpp"

namespace pgtv::maintenance {

/** For each of the index's first columns, which column of K it is and how that is compared. */
struct StoredIndex {
    Oid index;
    int *keys;           // [rule->key_count]
    FmgrInfo *functions; // [rule->key_count]
};

namespace {

int key_at(const plan::Rule *rule, AttrNumber column) {
    for (int i = 0; i < rule->key_count; i++)
        if (rule->keys[i].attnum == column)
            return i;
    return -1;
}

/** Does the index column at `position` compare as the column `key` of K does? */
bool compares_alike(Relation index, int position, const plan::KeyColumn &key, Oid type) {
    const Oid equality = get_opfamily_member(index->rd_opfamily[position], type, type, BTEqualStrategyNumber);
    return equality == key.equality && index->rd_indcollation[position] == key.collation;
}

bool serves(const RuleQueries *queries, Relation index) {
    const plan::Rule *rule = queries->rule;
    const Form_pg_index form = index->rd_index;
    if (index->rd_rel->relam != BTREE_AM_OID || !form->indisvalid || form->indcheckxmin ||
        form->indnkeyatts < rule->key_count || RelationGetIndexPredicate(index) != NIL)
        return false;
    Bitmapset *seen = nullptr;
    for (int i = 0; i < rule->key_count; i++) {
        const int key = key_at(rule, form->indkey.values[i]);
        if (key < 0 || bms_is_member(key, seen) || !compares_alike(index, i, rule->keys[key], queries->keys[key].type))
            return false;
        seen = bms_add_member(seen, key);
    }
    return true;
}

StoredIndex *describe(const RuleQueries *queries, Relation index) {
    const auto count = static_cast<Size>(queries->rule->key_count);
    const MemoryContext previous = MemoryContextSwitchTo(queries->memory);
    auto *found = static_cast<StoredIndex *>(palloc0(sizeof(StoredIndex)));
    found->index = RelationGetRelid(index);
    found->keys = static_cast<int *>(palloc(sizeof(int) * count));
    found->functions = static_cast<FmgrInfo *>(palloc0(sizeof(FmgrInfo) * count));
    for (int i = 0; i < queries->rule->key_count; i++) {
        found->keys[i] = key_at(queries->rule, index->rd_index->indkey.values[i]);
        fmgr_info_cxt(get_opcode(queries->rule->keys[found->keys[i]].equality), &found->functions[i], queries->memory);
    }
    MemoryContextSwitchTo(previous);
    return found;
}

void seek_index(RuleQueries *queries, Relation table) {
    queries->index_sought = true;
    ListCell *cell;
    List *indexes = RelationGetIndexList(table);
    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (queries->index == nullptr && serves(queries, index))
            queries->index = describe(queries, index);
        index_close(index, NoLock);
    }
}

/** The scan keys for one key of the chunk; `values` has only the columns that are not NULL. */
void set_keys(const RuleQueries *queries, const KeyChunk &chunk, const Datum *values, ScanKey keys) {
    const StoredIndex *index = queries->index;
    for (int i = 0; i < queries->rule->key_count; i++) {
        const int key = index->keys[i];
        int position = 0;
        for (int j = 0; j < key; j++)
            position += bms_is_member(j, chunk.null_columns) ? 0 : 1;
        const bool null = bms_is_member(key, chunk.null_columns);
        ScanKeyEntryInitializeWithInfo(&keys[i], null ? SK_ISNULL | SK_SEARCHNULL : 0, static_cast<AttrNumber>(i + 1),
                                       null ? InvalidStrategy : BTEqualStrategyNumber, InvalidOid,
                                       queries->rule->keys[key].collation, const_cast<FmgrInfo *>(&index->functions[i]),
                                       null ? Datum(0) : values[position]);
    }
}

/** Rows found through `scan`. What is left of dropped columns in them counts for nothing. */
void put_rows(IndexScanDesc scan, TupleTableSlot *slot, Side put_as, RowSink *sink) {
    while (index_getnext_slot(scan, ForwardScanDirection, slot)) {
        slot_getallattrs(slot);
        for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
            slot->tts_isnull[i] = slot->tts_isnull[i] || TupleDescAttr(slot->tts_tupleDescriptor, i)->attisdropped;
        sink->put(put_as, &slot->tts_tid, slot->tts_values, slot->tts_isnull);
    }
}

} // namespace

bool read_stored_by_index(RuleQueries *queries, const KeyChunk &chunk, Side put_as, RowSink *sink) {
    const plan::Rule *rule = queries->rule;
    Relation table = table_open(rule->tview, AccessShareLock);
    if (!queries->index_sought)
        seek_index(queries, table);
    if (queries->index != nullptr) {
        Relation index = index_open(queries->index->index, AccessShareLock);
        IndexScanDesc scan = compat::begin_index_scan(table, index, GetActiveSnapshot(), rule->key_count);
        TupleTableSlot *slot = table_slot_create(table, nullptr);
        auto *keys = static_cast<ScanKey>(palloc(sizeof(ScanKeyData) * static_cast<Size>(rule->key_count)));
        for (int i = 0; i < chunk.count; i++) {
            CHECK_FOR_INTERRUPTS();
            set_keys(queries, chunk, chunk.values + static_cast<Size>(i * chunk.column_count), keys);
            index_rescan(scan, keys, rule->key_count, nullptr, 0);
            put_rows(scan, slot, put_as, sink);
        }
        ExecDropSingleTupleTableSlot(slot);
        index_endscan(scan);
        index_close(index, NoLock);
    }
    table_close(table, NoLock);
    return queries->index != nullptr;
}

} // namespace pgtv::maintenance
