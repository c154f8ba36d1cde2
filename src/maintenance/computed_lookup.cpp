// Chooses between lookups and the query, once for a rule. What decides it, or what was prepared, changes only with an
// invalidation that takes the rule along: relations, indexes, functions, types, privileges, roles.

#include "pg/postgres.hpp"
#include "maintenance/computed_lookup.hpp"

#include "maintenance/joined_row.hpp"

namespace pgtv::maintenance {

/** How the row of a key is looked up. */
struct ComputedLookup {
    PreparedLookup *prepared;
    FmgrInfo *equality; // [rule->key_count]
};

namespace {

ComputedLookup *make_lookup(const RuleQueries *queries) {
    const plan::Rule *rule = queries->rule;
    PreparedLookup *prepared = rule->lookup != nullptr ? prepare_lookup(rule, rule->lookup) : nullptr;
    if (prepared == nullptr)
        return nullptr;
    auto *made = static_cast<ComputedLookup *>(palloc(sizeof(ComputedLookup)));
    made->prepared = prepared;
    made->equality = static_cast<FmgrInfo *>(palloc0(sizeof(FmgrInfo) * static_cast<Size>(rule->key_count)));
    for (int i = 0; i < rule->key_count; i++)
        fmgr_info(get_opcode(rule->keys[i].equality), &made->equality[i]);
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

} // namespace

bool read_computed_by_lookup(RuleQueries *queries, const KeyChunk &chunk, Side put_as, RowSink *sink) {
    if (chunk.null_columns != nullptr || chunk.count > few_keys || get_lookup(queries) == nullptr)
        return false;
    const RowShape *shape = sink->shape();
    const auto columns = static_cast<Size>(shape->desc->natts);
    auto *values = static_cast<Datum *>(palloc0(sizeof(Datum) * columns));
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * columns));
    std::fill_n(nulls, columns, true);
    JoinedRow row(queries->lookup->prepared);
    row.try_places(chunk.places);
    for (int key = 0; key < chunk.count; key++) {
        const Datum *wanted = chunk.values + static_cast<Size>(key * chunk.column_count);
        if (!row.find(wanted) || !has_key(queries, row, wanted))
            continue;
        for (int i = 0; i < shape->live_count; i++)
            values[shape->live[i]] = row.output(i, &nulls[shape->live[i]]);
        sink->put(put_as, nullptr, values, nulls);
    }
    row.end();
    return true;
}

} // namespace pgtv::maintenance
