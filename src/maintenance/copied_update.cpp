// Copies columns from source rows to stored rows, both found by key. The source's row is read as it is now, so that it
// does not matter how often it was updated. Lifetime: a call; which index finds the source's rows is kept with the rule.

#include "pg/postgres.hpp"
#include "maintenance/copied_update.hpp"

#include "capture/rule_cache.hpp"
#include "maintenance/key_collector.hpp"
#include "maintenance/recompute_plans.hpp"
#include "maintenance/row_places.hpp"
#include "maintenance/stored_lookup.hpp"
#include "pg_tviews/capture.hpp"

namespace pgtv::maintenance {

/** How the rows of a source are found. */
struct Copier {
    Oid source;
    bool unique;           // at most one of each key
    const KeyIndex *index; // nullptr: not by key alone
    TransactionId made_by; // unique: this transaction, if it made or mended the index; else InvalidTransactionId
};

namespace {

/** What makes or mends an index makes another rule: this need be asked only once. */
TransactionId made_by_us(Oid relid) {
    const Relation index = index_open(relid, AccessShareLock);
    const TransactionId made_by = HeapTupleHeaderGetXmin(index->rd_indextuple->t_data);
    index_close(index, NoLock);
    return TransactionIdIsCurrentTransactionId(made_by) ? made_by : InvalidTransactionId;
}

const Copier *find_copier(RuleQueries *queries, const plan::SourceRule *source, Relation table, bool unique) {
    ListCell *cell;
    foreach (cell, queries->copiers) {
        const auto *copier = static_cast<Copier *>(lfirst(cell));
        if (copier->source == source->source && copier->unique == unique)
            return copier;
    }
    const bool lone = table->rd_rel->relkind == RELKIND_RELATION && !table->rd_rel->relhassubclass;
    const KeyIndex *index = lone ? find_key_index(queries, {table, source->direct, unique}) : nullptr;
    const TransactionId made_by = unique && index != nullptr ? made_by_us(index->index) : InvalidTransactionId;
    const MemoryContext previous = MemoryContextSwitchTo(queries->memory);
    auto *copier = static_cast<Copier *>(palloc(sizeof(Copier)));
    *copier = Copier{source->source, unique, index, made_by};
    queries->copiers = lappend(queries->copiers, copier);
    MemoryContextSwitchTo(previous);
    return copier;
}

/**
 * nullptr too if the index was made or mended in this transaction: when its first changes happened, there may have been two
 * rows of a key.
 */
const KeyIndex *unique_index(RuleQueries *queries, const plan::SourceRule *source, Relation table) {
    const Copier *found = find_copier(queries, source, table, true);
    return TransactionIdIsCurrentTransactionId(found->made_by) ? nullptr : found->index;
}

/** Is the source's column `column` compared as K does, and a column of the key we look it up by? */
bool is_looked_up(const plan::Rule *rule, const plan::SourceRule *source, const plan::KeyColumn &column) {
    for (int i = 0; i < rule->key_count; i++)
        if (source->direct[i] == column.attnum && rule->keys[i].equality == column.equality &&
            rule->keys[i].collation == column.collation)
            return true;
    return false;
}

/**
 * A TVIEW whose rows are found by lookups has at most one row for each of its own keys, whatever its index says. Asked each
 * time: what decides it for that TVIEW need not concern this one.
 */
bool is_tview_with_unique_keys(const plan::Rule *rule, const plan::SourceRule *source) {
    const capture::CachedTView *entry = capture::find_tview(rule->tview);
    if (entry == nullptr || !list_member_oid(entry->upstream, source->source))
        return false;
    const capture::CachedTView *read = capture::find_tview(source->source);
    if (read == nullptr || read->rule->lookup == nullptr)
        return false;
    const plan::KeyColumn *keys = read->rule->keys;
    return std::all_of(keys, keys + read->rule->key_count,
                       [=](const plan::KeyColumn &column) { return is_looked_up(rule, source, column); });
}

KeyScan *begin(const RuleQueries *queries, const KeyIndex *index, Relation table) {
    return new (palloc(sizeof(KeyScan))) KeyScan(queries, index, table);
}

} // namespace

bool comes_or_goes_by_key(const plan::Rule *rule, List *changes) {
    if (list_length(changes) != 1)
        return false;
    const auto *change = static_cast<const capture::SourceChanges *>(linitial(changes));
    if (change->images <= always_keyed)
        return false;
    const plan::SourceRule *source = plan::find_source(rule, change->source);
    const bool comes_or_goes = change->old_images == change->images || change->old_images + change->unchanged == 0;
    if (!comes_or_goes || change->whole || source == nullptr || source->copied == NIL || source->partner != nullptr)
        return false;
    Relation table = table_open(source->source, AccessShareLock);
    const bool by_key = may_read(table) && unique_index(queries_of(rule), source, table) != nullptr;
    table_close(table, NoLock);
    return by_key;
}

CopiedUpdate::CopiedUpdate(const plan::Rule *rule, const RowwiseChange &change, const ApplyScope &scope,
                           RowWriter *writer)
    : queries_(queries_of(rule)), change_(change), writer_(writer), values_(nullptr), table_(nullptr), first_(nullptr),
      from_(nullptr), to_(nullptr) {
    const plan::SourceRule *source = change.source;
    if (source == nullptr || source->partner != nullptr)
        return;
    RuleQueries *queries = queries_of(rule);
    table_ = table_open(source->source, AccessShareLock);
    const bool readable = may_read(table_);
    const KeyIndex *from = readable ? unique_index(queries, source, table_) : nullptr;
    if (from == nullptr && readable && !change.deletions) { // one of two rows may have gone
        from = find_copier(queries, source, table_, false)->index;
        // Rows that were only updated are as many as before: what is unique now, was so.
        if (!change.updates || !is_tview_with_unique_keys(rule, source))
            first_ = table_slot_create(table_, nullptr);
    }
    const KeyIndex *to = stored_index(queries, scope.table);
    if (from == nullptr || to == nullptr)
        return;
    possible_ = true;
    adds_ = change.additions && first_ == nullptr;
    if (adds_)
        return;
    to_ = begin(queries, to, scope.table);
    if (change.deletions)
        return;
    from_index_ = from;
    values_ = new (palloc(sizeof(CopiedValues))) CopiedValues(source->copied, scope.shape, writer);
}

CopiedUpdate::Rest CopiedUpdate::copy(const KeyChunk &chunk) {
    if (chunk.null_columns != nullptr)
        return Rest{chunk, true};
    if (change_.deletions)
        return remove_keys(chunk);
    if (change_.updates)
        return each_key(chunk);
    to_->seek(chunk, 0);
    if (to_->next())
        return each_key(chunk);
    return Rest{chunk, chunk.count > 1}; // rows that came
}

CopiedUpdate::Rest CopiedUpdate::remove_keys(const KeyChunk &chunk) {
    for (int i = 0; i < chunk.count; i++) {
        CHECK_FOR_INTERRUPTS();
        remove_key(chunk, i);
    }
    KeyChunk none = chunk;
    none.count = 0;
    return Rest{none, false};
}

CopiedUpdate::Rest CopiedUpdate::each_key(const KeyChunk &chunk) {
    const auto columns = static_cast<Size>(chunk.column_count);
    Rest rest = {chunk, true};
    rest.keys.values = static_cast<Datum *>(palloc(sizeof(Datum) * columns * static_cast<Size>(chunk.count)));
    rest.keys.count = 0;
    for (int i = 0; i < chunk.count; i++) {
        CHECK_FOR_INTERRUPTS();
        if (!copy_key(chunk, i))
            std::copy_n(chunk.values + columns * static_cast<Size>(i), columns,
                        rest.keys.values + columns * static_cast<Size>(rest.keys.count++));
    }
    return rest;
}

/**
 * The source's row has gone and none of that key has come, or its image would be pending too: the source itself need
 * not be asked.
 */
void CopiedUpdate::remove_key(const KeyChunk &chunk, int i) {
    for (to_->seek(chunk, i); to_->next();) {
        DiffRow gone = {};
        gone.values = to_->row()->tts_values;
        gone.nulls = to_->row()->tts_isnull;
        gone.tid = to_->row()->tts_tid;
        writer_->remove(gone);
    }
}

/** Puts the row into placed_, if it is where it was captured. */
bool CopiedUpdate::find_at_place(const KeyChunk &chunk, int i) {
    if (chunk.places == nullptr || first_ != nullptr || chunk.places->source() != change_.source->source)
        return false;
    if (placed_ == nullptr)
        placed_ = table_slot_create(table_, nullptr);
    const Datum *key = chunk.values + static_cast<Size>(i) * static_cast<Size>(chunk.column_count);
    return chunk.places->fetch(table_, key, placed_, [&] {
        return holds_key(queries_->rule, {placed_, change_.source->direct}, from_index_, key);
    });
}

/** The source's row of that key; nullptr: there is none, or several, and nothing tells which stored row comes from which. */
TupleTableSlot *CopiedUpdate::only_row(const KeyChunk &chunk, int i) {
    if (find_at_place(chunk, i))
        return placed_;
    if (from_ == nullptr)
        from_ = begin(queries_, from_index_, table_);
    from_->seek(chunk, i);
    if (!from_->next())
        return nullptr;
    if (first_ == nullptr)
        return from_->row();
    ExecCopySlot(first_, from_->row());
    slot_getallattrs(first_);
    return from_->next() ? nullptr : first_;
}

/** False: the key is to be recomputed. */
bool CopiedUpdate::copy_key(const KeyChunk &chunk, int i) {
    TupleTableSlot *row = only_row(chunk, i);
    if (row == nullptr)
        return false;
    values_->take(row);
    bool found = false;
    for (to_->seek(chunk, i); to_->next(); found = true)
        values_->give(to_->row());
    return found;
}

void CopiedUpdate::end() {
    for (TupleTableSlot *slot : {first_, placed_})
        if (slot != nullptr)
            ExecDropSingleTupleTableSlot(slot);
    for (KeyScan *scan : {from_, to_})
        if (scan != nullptr)
            scan->end();
    if (table_ != nullptr)
        table_close(table_, NoLock);
}

} // namespace pgtv::maintenance
