// Keys are sorted to drop those equal to an earlier one ('a' and 'A' of a citext are one key: looking both up would
// fetch a row twice), then collected by NULL pattern. Lifetime: the recomputation of one TVIEW.

#include "pg/postgres.hpp"
#include "maintenance/key_chunks.hpp"

namespace pgtv::maintenance {
namespace {

/** Keys per query: enough to make its overhead small, few enough to compare their rows in memory. */
constexpr int least_chunk = 1000;
constexpr int most_chunk = 10000;

struct Bucket {
    Bitmapset *null_columns;
    MemoryContext memory; // of the values; reset after each chunk
    KeyChunk chunk;
    int capacity;
};

struct Distributor {
    const plan::Rule *rule;
    TupleDesc desc;
    MemoryContext memory;
    List *buckets; // of Bucket *, one for each pattern of NULLs met
    KeyChunkSink *sink;
    int chunk_limit;
    const RowPlaces *places;
};

/** A row of the TVIEW takes about that much of the memory of a comparison. */
double bytes_of_row(Oid tview) {
    Relation relation = relation_open(tview, AccessShareLock);
    BlockNumber pages;
    double tuples;
    double all_visible;
    estimate_rel_size(relation, nullptr, &pages, &tuples, &all_visible);
    const int columns = RelationGetNumberOfAttributes(relation);
    relation_close(relation, AccessShareLock);
    return double(pages) * BLCKSZ / std::max(tuples, 1.0) + double(sizeof(Datum) + 1) * columns + 64;
}

/** As many keys as have their rows, stored and computed, in half of work_mem. */
int choose_chunk_limit(const plan::Rule *rule, int64 keys) {
    if (keys <= least_chunk)
        return least_chunk;
    const double fit = double(work_mem) * 1024 / (4 * bytes_of_row(rule->tview));
    return int(std::clamp(fit, double(least_chunk), double(most_chunk)));
}

Bucket *find_bucket(Distributor *distributor, const bool *nulls) {
    Bitmapset *pattern = nullptr;
    for (int i = 0; i < distributor->rule->key_count; i++)
        if (nulls[i])
            pattern = bms_add_member(pattern, i);
    ListCell *cell;
    foreach (cell, distributor->buckets) {
        auto *bucket = static_cast<Bucket *>(lfirst(cell));
        if (!bms_equal(bucket->null_columns, pattern))
            continue;
        bms_free(pattern);
        return bucket;
    }
    auto *bucket = static_cast<Bucket *>(palloc0(sizeof(Bucket)));
    bucket->null_columns = pattern;
    bucket->chunk.null_columns = pattern;
    bucket->chunk.places = distributor->places;
    bucket->chunk.column_count = distributor->rule->key_count - bms_num_members(pattern);
    bucket->memory = AllocSetContextCreate(distributor->memory, "pg_tviews keys", ALLOCSET_DEFAULT_SIZES);
    distributor->buckets = lappend(distributor->buckets, bucket);
    return bucket;
}

void flush_bucket(Distributor *distributor, Bucket *bucket) {
    if (bucket->chunk.count == 0)
        return;
    distributor->sink->look_up(bucket->chunk);
    bucket->chunk.count = 0;
    bucket->chunk.values = nullptr;
    bucket->capacity = 0;
    MemoryContextReset(bucket->memory);
}

void append_key(const Distributor *distributor, Bucket *bucket, const Datum *values, const bool *nulls) {
    MemoryContext old = MemoryContextSwitchTo(bucket->memory);
    KeyChunk *chunk = &bucket->chunk;
    const auto width = static_cast<Size>(std::max(chunk->column_count, 1));
    if (chunk->count == bucket->capacity) {
        bucket->capacity = bucket->capacity == 0 ? 1 : std::min(distributor->chunk_limit, bucket->capacity * 8);
        const Size bytes = sizeof(Datum) * width * static_cast<Size>(bucket->capacity);
        chunk->values = static_cast<Datum *>(chunk->values == nullptr ? palloc(bytes) : repalloc(chunk->values, bytes));
    }
    Datum *target = chunk->values + static_cast<Size>(chunk->count) * static_cast<Size>(chunk->column_count);
    for (int i = 0; i < distributor->rule->key_count; i++) {
        Form_pg_attribute attribute = TupleDescAttr(distributor->desc, i);
        if (!nulls[i])
            *target++ = datumCopy(values[i], attribute->attbyval, attribute->attlen);
    }
    chunk->count++;
    MemoryContextSwitchTo(old);
}

void distribute(Distributor *distributor, const Datum *values, const bool *nulls) {
    CHECK_FOR_INTERRUPTS();
    MemoryContext old = MemoryContextSwitchTo(distributor->memory);
    Bucket *bucket = find_bucket(distributor, nulls);
    append_key(distributor, bucket, values, nulls);
    if (bucket->chunk.count == distributor->chunk_limit)
        flush_bucket(distributor, bucket);
    MemoryContextSwitchTo(old);
}

/** A sort of the keys by the default order of their types, in which equal keys are neighbours. */
Tuplesortstate *begin_sort(const plan::Rule *rule, TupleDesc desc, FmgrInfo *equality) {
    const auto count = static_cast<Size>(rule->key_count);
    auto *columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * count));
    auto *operators = static_cast<Oid *>(palloc(sizeof(Oid) * count));
    auto *collations = static_cast<Oid *>(palloc(sizeof(Oid) * count));
    auto *nulls_first = static_cast<bool *>(palloc0(sizeof(bool) * count));
    for (int i = 0; i < rule->key_count; i++) {
        columns[i] = static_cast<AttrNumber>(i + 1);
        operators[i] = lookup_type_cache(rule->keys[i].type, TYPECACHE_LT_OPR)->lt_opr;
        collations[i] = rule->keys[i].collation;
        fmgr_info(get_opcode(rule->keys[i].equality), &equality[i]);
    }
    return tuplesort_begin_heap(desc, rule->key_count, columns, operators, collations, nulls_first, work_mem, nullptr,
                                TUPLESORT_NONE);
}

bool same_key(const plan::Rule *rule, FmgrInfo *equality, TupleTableSlot *one, TupleTableSlot *other) {
    slot_getallattrs(one);
    slot_getallattrs(other);
    for (int i = 0; i < rule->key_count; i++) {
        if (one->tts_isnull[i] != other->tts_isnull[i])
            return false;
        if (one->tts_isnull[i])
            continue;
        if (!DatumGetBool(
                FunctionCall2Coll(&equality[i], rule->keys[i].collation, one->tts_values[i], other->tts_values[i])))
            return false;
    }
    return true;
}

void distribute_distinct(Distributor *distributor, const KeySet &keys, TupleTableSlot *slot) {
    const plan::Rule *rule = distributor->rule;
    auto *equality = static_cast<FmgrInfo *>(palloc0(sizeof(FmgrInfo) * static_cast<Size>(rule->key_count)));
    Tuplesortstate *sort = begin_sort(rule, keys.desc, equality);
    while (tuplestore_gettupleslot(keys.keys, true, false, slot))
        tuplesort_puttupleslot(sort, slot);
    tuplesort_performsort(sort);
    TupleTableSlot *previous = MakeSingleTupleTableSlot(keys.desc, &TTSOpsMinimalTuple);
    MemoryContext scratch =
        AllocSetContextCreate(distributor->memory, "pg_tviews key comparison", ALLOCSET_SMALL_SIZES);
    while (tuplesort_gettupleslot(sort, true, true, slot, nullptr)) {
        MemoryContext old = MemoryContextSwitchTo(scratch);
        const bool seen = !TTS_EMPTY(previous) && same_key(rule, equality, previous, slot);
        MemoryContextSwitchTo(old);
        MemoryContextReset(scratch);
        if (seen)
            continue;
        slot_getallattrs(slot);
        distribute(distributor, slot->tts_values, slot->tts_isnull);
        ExecCopySlot(previous, slot);
    }
    ExecDropSingleTupleTableSlot(previous);
    tuplesort_end(sort);
}

void look_up_only_key(const plan::Rule *rule, const KeySet &keys, KeyChunkSink *sink) {
    CHECK_FOR_INTERRUPTS();
    Bitmapset *null_columns = nullptr;
    KeyChunk chunk = {};
    chunk.values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(rule->key_count)));
    chunk.count = 1;
    chunk.places = keys.places;
    for (int i = 0; i < rule->key_count; i++) {
        if (keys.nulls[i])
            null_columns = bms_add_member(null_columns, i);
        else
            chunk.values[chunk.column_count++] = keys.values[i];
    }
    chunk.null_columns = null_columns;
    sink->look_up(chunk);
}

} // namespace

void for_each_chunk(const plan::Rule *rule, const KeySet &keys, KeyChunkSink *sink) {
    if (keys.keys == nullptr) {
        look_up_only_key(rule, keys, sink);
        return;
    }
    Distributor distributor = {
        rule, keys.desc, CurrentMemoryContext, NIL, sink, choose_chunk_limit(rule, keys.count), keys.places};
    TupleTableSlot *slot = MakeSingleTupleTableSlot(keys.desc, &TTSOpsMinimalTuple);
    tuplestore_rescan(keys.keys);
    if (keys.count == 1) {
        if (tuplestore_gettupleslot(keys.keys, true, false, slot)) {
            slot_getallattrs(slot);
            distribute(&distributor, slot->tts_values, slot->tts_isnull);
        }
    } else {
        distribute_distinct(&distributor, keys, slot);
    }
    ListCell *cell;
    foreach (cell, distributor.buckets)
        flush_bucket(&distributor, static_cast<Bucket *>(lfirst(cell)));
    ExecDropSingleTupleTableSlot(slot);
}

} // namespace pgtv::maintenance
