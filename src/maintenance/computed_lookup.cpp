// Chooses between lookups and the query, once for a rule. What decides it, or what was prepared, changes only with an
// invalidation that takes the rule along: relations, indexes, functions, types, privileges, roles.

#include "pg/postgres.hpp"
#include "maintenance/computed_lookup.hpp"

#include "maintenance/joined_row.hpp"
#include "maintenance/key_index.hpp"

namespace pgtv::maintenance {

/** How the row of a key is looked up. */
struct ComputedLookup {
    PreparedLookup *prepared;
    FmgrInfo *equality;    // [rule->key_count]
    Oid walked;            // the table whose row the first step finds by K alone
    const KeyIndex *index; // of that; nullptr: there is no such step
};

namespace {

/** Fills what many keys are looked up by in one walk. */
void find_walk(const RuleQueries *queries, ComputedLookup *made) {
    const plan::RowLookup *lookup = made->prepared->lookup;
    const auto *step = static_cast<const plan::LookupStep *>(linitial(lookup->steps));
    const int count = queries->rule->key_count;
    if (step->kind != plan::LookupKind::relation || step->key_count != count)
        return;
    auto *columns = static_cast<AttrNumber *>(palloc0(sizeof(AttrNumber) * static_cast<Size>(count)));
    Relation index = index_open(step->index, AccessShareLock);
    for (int i = 0; i < count; i++)
        if (step->keys[i].key >= 0)
            columns[step->keys[i].key] = index->rd_index->indkey.values[i];
    index_close(index, NoLock);
    made->walked = list_nth_oid(lookup->leaves, step->leaf);
    Relation table = table_open(made->walked, AccessShareLock);
    if (std::all_of(columns, columns + count, [](AttrNumber column) { return column != 0; }))
        made->index = find_key_index(queries, {table, columns, true});
    table_close(table, NoLock);
}

ComputedLookup *make_lookup(const RuleQueries *queries) {
    const plan::Rule *rule = queries->rule;
    PreparedLookup *prepared = rule->lookup != nullptr ? prepare_lookup(rule, rule->lookup) : nullptr;
    if (prepared == nullptr)
        return nullptr;
    auto *made = static_cast<ComputedLookup *>(palloc0(sizeof(ComputedLookup)));
    made->prepared = prepared;
    made->equality = static_cast<FmgrInfo *>(palloc0(sizeof(FmgrInfo) * static_cast<Size>(rule->key_count)));
    for (int i = 0; i < rule->key_count; i++)
        fmgr_info(get_opcode(rule->keys[i].equality), &made->equality[i]);
    if (rule->lookup->steps != NIL)
        find_walk(queries, made);
    return made;
}

const ComputedLookup *get_lookup(RuleQueries *queries) {
    if (queries->lookup_sought)
        return queries->lookup;
    queries->lookup = make_for_rule(queries, [=] { return make_lookup(queries); });
    queries->lookup_sought = true;
    return queries->lookup;
}

/** Are the columns of K that no lookup compared equal to the key? */
bool has_key(const RuleQueries *queries, const JoinedRow &row, const Datum *key) {
    ListCell *cell;
    foreach (cell, queries->lookup->prepared->lookup->rest) {
        const int i = foreach_current_index(cell);
        if (lfirst_int(cell) < 0)
            continue;
        bool null = false;
        const Datum value = row.column(lfirst_int(cell), &null);
        if (null || !DatumGetBool(FunctionCall2Coll(&queries->lookup->equality[i], queries->rule->keys[i].collation,
                                                    value, key[i])))
            return false;
    }
    return true;
}

/** Finds the rows of the keys of a chunk one after the other. */
class ChunkLookup {
public:
    ChunkLookup(const RuleQueries *queries, const KeyChunk &chunk)
        : chunk_(chunk), row_(queries->lookup->prepared), table_(nullptr), walk_(nullptr) {
        if (chunk.count <= few_keys) {
            row_.try_places(chunk.places);
            return;
        }
        row_.remember_partners();
        if (queries->lookup->index == nullptr)
            return;
        table_ = table_open(queries->lookup->walked, AccessShareLock);
        walk_ = new (palloc(sizeof(KeyScan))) KeyScan(queries, queries->lookup->index, table_);
    }
    [[nodiscard]] const Datum *key(int i) const {
        return chunk_.values + static_cast<Size>(i * chunk_.column_count);
    }
    bool find(int i) {
        CHECK_FOR_INTERRUPTS();
        if (walk_ == nullptr)
            return row_.find(key(i));
        walk_->seek(chunk_, i);
        return walk_->next() && row_.find(key(i), walk_->row());
    }
    JoinedRow &row() {
        return row_;
    }
    void end() {
        row_.end();
        if (walk_ == nullptr)
            return;
        walk_->end();
        table_close(table_, NoLock);
    }

private:
    const KeyChunk &chunk_;
    JoinedRow row_;
    Relation table_;
    KeyScan *walk_; // nullptr: each key is sought from the root of an index
};

} // namespace

bool can_look_up(RuleQueries *queries, const KeyChunk &chunk) {
    return chunk.null_columns == nullptr && get_lookup(queries) != nullptr;
}

void read_computed_by_lookup(RuleQueries *queries, const KeyChunk &chunk, Side put_as, RowSink *sink) {
    const RowShape *shape = sink->shape();
    const auto columns = static_cast<Size>(shape->desc->natts);
    auto *values = static_cast<Datum *>(palloc0(sizeof(Datum) * columns));
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * columns));
    std::fill_n(nulls, columns, true);
    ChunkLookup lookup(queries, chunk);
    for (int key = 0; key < chunk.count; key++) {
        if (!lookup.find(key) || !has_key(queries, lookup.row(), lookup.key(key)))
            continue;
        for (int i = 0; i < shape->live_count; i++)
            values[shape->live[i]] = lookup.row().output(i, &nulls[shape->live[i]]);
        sink->put(put_as, nullptr, values, nulls);
    }
    lookup.end();
}

} // namespace pgtv::maintenance
