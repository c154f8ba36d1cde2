// Turns the lookups of all derivations of a rule into edges and readers. Lifetime: memory of the caller.

#include "pg/postgres.hpp"
#include "plan/lock_edges.hpp"
#include "pg/nodes.hpp"
#include "plan/lookups.hpp"
#include "plan/rule.hpp"

namespace pgtv::plan {
namespace {

/** The position of `edge` in rule->edges, where it is added if it is new. */
int position_of(Rule *rule, const LockEdge &edge) {
    int position = 0;
    ListCell *cell;
    foreach (cell, rule->edges) {
        if (same_edge(static_cast<LockEdge *>(lfirst(cell)), &edge))
            return position;
        ++position;
    }
    rule->edges = lappend(rule->edges, pg::make(edge));
    return position;
}

Bitmapset *as_set(const AttrNumber *columns, int count) {
    Bitmapset *result = nullptr;
    for (int i = 0; i < count; ++i)
        result = bms_add_member(result, columns[i]);
    return result;
}

class Readers {
public:
    Readers(Rule *rule, SourceRule *source, ImageColumns *needs) : rule_(rule), source_(source), needs_(needs) {}
    void add(List *lookups);

private:
    void add_reader(const Lookup *lookup, const EdgeReader &how);
    bool write_walk(const Lookup *lookup, EdgeReader *reader);

    Rule *rule_;
    SourceRule *source_;
    ImageColumns *needs_;
};

/** false: the query cannot be written down so that it is read back as it is. */
bool Readers::write_walk(const Lookup *lookup, EdgeReader *reader) {
    ImageColumns own{NIL, NIL};
    const DerivationText single = derivation_text(lookup->walks, list_make1_oid(source_->source), &own);
    need_all(needs_, &own);
    const DerivationText multi = derivation_text(lookup->walks, maintained_sources(rule_), needs_);
    reader->walk_single = single.sql;
    reader->walk_reads = listed(columns_needed(&own, source_->source));
    reader->walk_multi = multi.sql;
    return verify_text(single, needs_) == nullptr && verify_text(multi, needs_) == nullptr;
}

void Readers::add_reader(const Lookup *lookup, const EdgeReader &how) {
    const LockEdge &edge = lookup->edge;
    EdgeReader reader = how;
    reader.edge = position_of(rule_, edge);
    need(needs_, edge.source, as_set(edge.columns, edge.column_count));
    if (reader.direct != nullptr)
        need(needs_, source_->source, as_set(reader.direct, edge.column_count));
    source_->readers = lappend(source_->readers, pg::make(reader));
}

/** One lock for all rows of a source leaves nothing to lock of single values there. */
void Readers::add(List *lookups) {
    List *whole = NIL; // of Oid
    List *texts = NIL; // of EdgeReader *, parallel
    ListCell *cell;
    foreach (cell, lookups) {
        const Lookup *lookup = static_cast<Lookup *>(lfirst(cell));
        EdgeReader reader{};
        reader.hash_functions = lookup->value_hashes;
        reader.direct = lookup->direct;
        if (lookup->edge.column_count == 0 || (lookup->walks != NIL && !write_walk(lookup, &reader)))
            whole = list_append_unique_oid(whole, lookup->edge.source);
        texts = lappend(texts, pg::make(reader));
    }
    foreach (cell, whole)
        add_reader(lookup_of_all_rows(lfirst_oid(cell)), EdgeReader{});
    ListCell *text;
    forboth(cell, lookups, text, texts) {
        const Lookup *lookup = static_cast<Lookup *>(lfirst(cell));
        if (!list_member_oid(whole, lookup->edge.source))
            add_reader(lookup, *static_cast<EdgeReader *>(lfirst(text)));
    }
}

} // namespace

void add_lock_edges(Rule *rule, List *derivations, ImageColumns *needs) {
    ListCell *cell;
    foreach (cell, derivations) {
        const Derivation *derivation = static_cast<Derivation *>(lfirst(cell));
        SourceRule *source = derivation->source;
        if (source->strategy == Strategy::full || source->direct_count > 0)
            continue;
        Readers(rule, source, needs).add(find_lookups(rule, source->source, derivation->queries));
    }
}

} // namespace pgtv::plan
