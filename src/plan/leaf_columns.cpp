// Walks down with the distance to the relation's level. Pure.

#include "pg/postgres.hpp"
#include "plan/leaf_columns.hpp"

namespace pgtv::plan {
namespace {

struct Reading {
    int place;
    Index depth;
    Bitmapset *columns;
};

bool read_columns_of(Node *node, void *argument) {
    auto *reading = static_cast<Reading *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Var)) {
        const auto *var = castNode(Var, node);
        if (static_cast<int>(var->varno) == reading->place && var->varlevelsup == reading->depth && var->varattno > 0)
            reading->columns = bms_add_member(reading->columns, var->varattno);
        return false;
    }
    if (!IsA(node, Query))
        return compat::walk_children(node, read_columns_of, reading);
    reading->depth++;
    (void)compat::walk_query(castNode(Query, node), read_columns_of, reading, 0);
    reading->depth--;
    return false;
}

} // namespace

Bitmapset *columns_read(Node *node, int leaf) {
    Reading reading = {leaf, 0, nullptr};
    (void)read_columns_of(node, &reading);
    return reading.columns;
}

Bitmapset *columns_read_beside(const Query *query, int leaf) {
    Reading reading = {leaf, 0, nullptr};
    ListCell *cell;
    foreach (cell, query->rtable) {
        const auto *entry = lfirst_node(RangeTblEntry, cell);
        (void)read_columns_of(reinterpret_cast<Node *>(entry->subquery), &reading);
        (void)read_columns_of(reinterpret_cast<Node *>(entry->functions), &reading);
        (void)read_columns_of(reinterpret_cast<Node *>(entry->values_lists), &reading);
        (void)read_columns_of(reinterpret_cast<Node *>(entry->tablefunc), &reading);
    }
    return reading.columns;
}

} // namespace pgtv::plan
