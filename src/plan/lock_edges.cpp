// Collects edges and readers over all derivations of a rule; equal ones become one. Lifetime: memory of the caller.

#include "pg/postgres.hpp"
#include "plan/lock_edges.hpp"

namespace pgtv::plan {
namespace {

template <typename Type>
Type *make(const Type &value) {
    Type *copy = static_cast<Type *>(palloc(sizeof(Type)));
    *copy = value;
    return copy;
}

bool needs_lock(const Rule *rule, Oid relid) {
    const SourceRule *source = find_source(rule, relid);
    return source != nullptr && source->maintained && !source->irrelevant && source->strategy == Strategy::keyed;
}

bool find_relations(Node *node, void *argument) {
    List **relations = static_cast<List **>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, RangeTblEntry)) {
        if (castNode(RangeTblEntry, node)->rtekind == RTE_RELATION)
            *relations = list_append_unique_oid(*relations, castNode(RangeTblEntry, node)->relid);
        return false;
    }
    if (IsA(node, Query))
        return compat::walk_query(castNode(Query, node), find_relations, argument, QTW_EXAMINE_RTES_BEFORE);
    return compat::walk_children(node, find_relations, argument);
}

/** Position in rule->edges of the edge that stands for all rows of `source`. */
int whole_edge(Rule *rule, Oid source) {
    int position = 0;
    ListCell *cell;
    foreach (cell, rule->edges) {
        const LockEdge *edge = static_cast<LockEdge *>(lfirst(cell));
        if (edge->source == source && edge->column_count == 0)
            return position;
        ++position;
    }
    LockEdge edge{};
    edge.source = source;
    rule->edges = lappend(rule->edges, make(edge));
    return position;
}

} // namespace

void add_lock_edges(Rule *rule, List *derivations, ImageColumns *) {
    ListCell *cell;
    foreach (cell, derivations) {
        const Derivation *derivation = static_cast<Derivation *>(lfirst(cell));
        if (derivation->source->strategy == Strategy::full || derivation->source->direct_count > 0)
            continue;
        List *relations = NIL;
        find_relations(reinterpret_cast<Node *>(derivation->queries), &relations);
        ListCell *relation;
        foreach (relation, relations)
            if (needs_lock(rule, lfirst_oid(relation))) {
                EdgeReader reader{};
                reader.edge = whole_edge(rule, lfirst_oid(relation));
                derivation->source->readers = lappend(derivation->source->readers, make(reader));
            }
    }
}

} // namespace pgtv::plan
