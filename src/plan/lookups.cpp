// Gathers lookups over all queries and join graphs of a derivation; equal ones become one. Pure function of the catalogs.

#include "pg/postgres.hpp"
#include "plan/lookups.hpp"
#include "plan/reached.hpp"
#include "plan/reduced_joins.hpp"
#include "plan/walk_query.hpp"

namespace pgtv::plan {
namespace {

class Finder {
public:
    Finder(const Rule *rule, Oid source) : rule_(rule), source_(source) {}
    void add_query(const Query *executed);
    List *all() {
        return all_;
    }

private:
    void add_graph(const JoinGraph *graph);
    void add_values(const JoinGraph *graph, const Reached *reached, int number);
    void add(Lookup *lookup);
    [[nodiscard]] bool is_locked(const RangeTblEntry *entry) const;

    const Rule *rule_;
    Oid source_;
    List *all_ = NIL;     // of Lookup *
    List *covered_ = NIL; // of RangeTblEntry *: those in a graph
};

bool find_relations(Node *node, void *argument) {
    List **relations = static_cast<List **>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, RangeTblEntry)) {
        if (castNode(RangeTblEntry, node)->rtekind == RTE_RELATION)
            *relations = lappend(*relations, node);
        return false;
    }
    if (IsA(node, Query))
        return compat::walk_query(castNode(Query, node), find_relations, argument, QTW_EXAMINE_RTES_BEFORE);
    return compat::walk_children(node, find_relations, argument);
}

bool Finder::is_locked(const RangeTblEntry *entry) const {
    const SourceRule *source = entry->rtekind == RTE_RELATION ? find_source(rule_, entry->relid) : nullptr;
    return source != nullptr && source->maintained && !source->irrelevant && source->strategy != Strategy::full;
}

void Finder::add_query(const Query *executed) {
    Query *query = with_reduced_joins(executed);
    ListCell *cell;
    foreach (cell, join_graphs(query))
        add_graph(static_cast<JoinGraph *>(lfirst(cell)));
    List *relations = NIL;
    find_relations(reinterpret_cast<Node *>(query), &relations);
    foreach (cell, relations)
        if (!list_member_ptr(covered_, lfirst(cell)) && is_locked(lfirst_node(RangeTblEntry, cell)))
            add(lookup_of_all_rows(lfirst_node(RangeTblEntry, cell)->relid));
}

void Finder::add_graph(const JoinGraph *graph) {
    const Reached *reached = reach_readings(graph, source_);
    int number = 0;
    ListCell *cell;
    foreach (cell, graph->readings) {
        ++number;
        RangeTblEntry *entry = static_cast<Reading *>(lfirst(cell))->entry;
        covered_ = lappend(covered_, entry);
        if (!is_locked(entry))
            continue;
        if (reached[number].reach == Reach::whole)
            add(lookup_of_all_rows(entry->relid));
        else if (reached[number].reach == Reach::values)
            add_values(graph, reached, number);
    }
}

// ---- one lookup

template <typename Type>
Type *array_of(int count) {
    return static_cast<Type *>(palloc0(sizeof(Type) * static_cast<Size>(count)));
}

void Finder::add_values(const JoinGraph *graph, const Reached *reached, int number) {
    List *chosen = reached[number].chosen;
    const int count = list_length(chosen);
    Lookup *lookup = lookup_of_all_rows(static_cast<Reading *>(list_nth(graph->readings, number - 1))->entry->relid);
    lookup->edge.column_count = count;
    lookup->edge.columns = array_of<AttrNumber>(count);
    lookup->edge.hash_functions = array_of<Oid>(count);
    lookup->edge.collations = array_of<Oid>(count);
    lookup->value_hashes = array_of<Oid>(count);
    lookup->direct = array_of<AttrNumber>(count);
    bool direct = true;
    for (int i = 0; i < count; ++i) {
        const Equality *equality = static_cast<Equality *>(list_nth(chosen, i));
        lookup->edge.columns[i] = equality->column;
        lookup->edge.hash_functions[i] = equality->column_hash;
        lookup->edge.collations[i] = equality->clause->inputcollid;
        lookup->value_hashes[i] = equality->value_hash;
        lookup->direct[i] = changed_column(graph, equality);
        direct = direct && lookup->direct[i] != 0;
    }
    if (!direct) {
        lookup->direct = nullptr;
        lookup->walks = list_make1(walk_query(graph, reached, chosen));
    }
    add(lookup);
}

template <typename Type>
bool same_array(const Type *a, const Type *b, int count) {
    if (a == nullptr || b == nullptr)
        return a == b;
    return memcmp(a, b, sizeof(Type) * static_cast<Size>(count)) == 0;
}

/** Can the walks be united as they are? */
bool same_types(List *a, List *b) {
    if (a == NIL || b == NIL)
        return a == b;
    ListCell *cell_a;
    ListCell *cell_b;
    forboth(cell_a, linitial_node(Query, a)->targetList, cell_b, linitial_node(Query, b)->targetList) {
        Node *value_a = reinterpret_cast<Node *>(lfirst_node(TargetEntry, cell_a)->expr);
        Node *value_b = reinterpret_cast<Node *>(lfirst_node(TargetEntry, cell_b)->expr);
        if (exprType(value_a) != exprType(value_b) || exprCollation(value_a) != exprCollation(value_b))
            return false;
    }
    return true;
}

bool same_lookup(const Lookup *a, const Lookup *b) {
    const int count = a->edge.column_count;
    return a->edge.source == b->edge.source && count == b->edge.column_count &&
           same_array(a->edge.columns, b->edge.columns, count) &&
           same_array(a->edge.hash_functions, b->edge.hash_functions, count) &&
           same_array(a->edge.collations, b->edge.collations, count) &&
           same_array(a->value_hashes, b->value_hashes, count) && same_array(a->direct, b->direct, count) &&
           same_types(a->walks, b->walks);
}

void Finder::add(Lookup *lookup) {
    ListCell *cell;
    foreach (cell, all_) {
        Lookup *known = static_cast<Lookup *>(lfirst(cell));
        if (same_lookup(known, lookup)) {
            known->walks = list_concat(known->walks, lookup->walks);
            return;
        }
    }
    all_ = lappend(all_, lookup);
}

} // namespace

List *find_lookups(const Rule *rule, Oid source, List *queries) {
    Finder finder(rule, source);
    ListCell *cell;
    foreach (cell, queries)
        finder.add_query(lfirst_node(Query, cell));
    return finder.all();
}

Lookup *lookup_of_all_rows(Oid source) {
    Lookup *lookup = static_cast<Lookup *>(palloc0(sizeof(Lookup)));
    lookup->edge.source = source;
    return lookup;
}

} // namespace pgtv::plan
