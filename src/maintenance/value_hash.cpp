// Looks up the hash functions of a rule's edges and key once. Lifetime: the rule.

#include "pg/postgres.hpp"
#include "maintenance/value_hash.hpp"

#include "capture/rule_cache.hpp"

namespace pgtv::maintenance {
namespace {

ValueHash make_hash(int column_count, uint32 seed) {
    const auto room = static_cast<Size>(std::max(column_count, 1));
    ValueHash hash = {};
    hash.seed = seed;
    hash.column_count = column_count;
    hash.functions = static_cast<FmgrInfo *>(palloc0(sizeof(FmgrInfo) * room));
    hash.collations = static_cast<Oid *>(palloc0(sizeof(Oid) * room));
    return hash;
}

/** Edges over the same columns of a source have the same seed: their values must meet. */
ValueHash edge_hash(const plan::LockEdge *edge, const Oid *functions) {
    uint32 seed = murmurhash32(edge->source);
    for (int i = 0; i < edge->column_count; i++)
        seed = hash_combine(seed, murmurhash32(static_cast<uint32>(edge->columns[i])));
    ValueHash hash = make_hash(edge->column_count, seed);
    for (int i = 0; i < edge->column_count; i++) {
        fmgr_info(functions[i], &hash.functions[i]);
        hash.collations[i] = edge->collations[i];
    }
    return hash;
}

ValueHash key_hash(const plan::Rule *rule) {
    ValueHash hash = make_hash(rule->key_count, 0);
    for (int i = 0; i < rule->key_count; i++) {
        const Oid function = lookup_type_cache(rule->keys[i].type, TYPECACHE_HASH_PROC)->hash_proc;
        if (OidIsValid(function))
            fmgr_info(function, &hash.functions[i]);
        hash.collations[i] = rule->keys[i].collation;
    }
    return hash;
}

ReaderHashes *make_reader_hashes(const plan::Rule *rule, const plan::SourceRule *source) {
    auto *hashes = static_cast<ReaderHashes *>(palloc(sizeof(ReaderHashes)));
    hashes->source = source->source;
    hashes->readers =
        static_cast<ValueHash *>(palloc(sizeof(ValueHash) * static_cast<Size>(list_length(source->readers))));
    ListCell *cell;
    foreach (cell, source->readers) {
        const auto *reader = static_cast<plan::EdgeReader *>(lfirst(cell));
        const auto *edge = static_cast<plan::LockEdge *>(list_nth(rule->edges, reader->edge));
        hashes->readers[foreach_current_index(cell)] = edge_hash(edge, reader->hash_functions);
    }
    return hashes;
}

RuleHashes *make_hashes(const plan::Rule *rule) {
    auto *hashes = static_cast<RuleHashes *>(palloc0(sizeof(RuleHashes)));
    hashes->scratch = AllocSetContextCreate(rule->memory, "pg_tviews value hashes", ALLOCSET_SMALL_SIZES);
    hashes->edges = static_cast<ValueHash *>(palloc(sizeof(ValueHash) * static_cast<Size>(list_length(rule->edges))));
    ListCell *cell;
    foreach (cell, rule->edges) {
        const auto *edge = static_cast<plan::LockEdge *>(lfirst(cell));
        hashes->edges[foreach_current_index(cell)] = edge_hash(edge, edge->hash_functions);
    }
    foreach (cell, rule->sources) {
        const auto *source = static_cast<plan::SourceRule *>(lfirst(cell));
        if (source->readers != NIL)
            hashes->readers = lappend(hashes->readers, make_reader_hashes(rule, source));
    }
    hashes->key = key_hash(rule);
    return hashes;
}

} // namespace

const RuleHashes *hashes_of(const plan::Rule *rule) {
    void **kept = capture::rule_attachment(rule, capture::RuleAttachment::hashes);
    if (*kept == nullptr) {
        const MemoryContext previous = MemoryContextSwitchTo(rule->memory);
        *kept = make_hashes(rule);
        MemoryContextSwitchTo(previous);
    }
    return static_cast<RuleHashes *>(*kept);
}

const ValueHash *reader_hashes(const RuleHashes *hashes, Oid source) {
    ListCell *cell;
    foreach (cell, hashes->readers) {
        const auto *readers = static_cast<ReaderHashes *>(lfirst(cell));
        if (readers->source == source)
            return readers->readers;
    }
    return nullptr;
}

uint32 hash_values(const ValueHash &hash, const Datum *values, const bool *nulls) {
    uint32 result = hash.seed;
    for (int i = 0; i < hash.column_count; i++) {
        uint32 part = 0;
        if (!nulls[i] && OidIsValid(hash.functions[i].fn_oid))
            part = DatumGetUInt32(FunctionCall1Coll(&hash.functions[i], hash.collations[i], values[i]));
        result = hash_combine(result, part);
    }
    return result;
}

bool any_null(const ValueHash &hash, const bool *nulls) {
    return std::find(nulls, nulls + hash.column_count, true) != nulls + hash.column_count;
}

} // namespace pgtv::maintenance
