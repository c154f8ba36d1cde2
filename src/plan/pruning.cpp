// Breadth-first search through the conditions of a query level. Pure; memory of the caller.

#include "pg/postgres.hpp"
#include "plan/pruning.hpp"

namespace pgtv::plan {
namespace {

class Search {
public:
    Search(const Level *level, const Variant *variant) : level_(level), variant_(variant) {
        collect_edges();
    }

    [[nodiscard]] int item_of(int leaf) const;
    bool add(int position, Bitmapset **kept) const;
    bool reach(int target, Bitmapset **kept) const;

private:
    [[nodiscard]] const Item *item(int position) const {
        return static_cast<const Item *>(list_nth(variant_->items, position));
    }
    [[nodiscard]] Bitmapset *items_of(Relids leaves) const;
    void add_edge(Relids leaves);
    void collect_edges();
    bool walk_back(int target, const int *edge_into, Bitmapset *start, Bitmapset **kept) const;

    const Level *level_;
    const Variant *variant_;
    List *edges_ = NIL; // of Bitmapset *: item positions tied together by one condition
};

int Search::item_of(int leaf) const {
    int position = 0;
    ListCell *cell;
    foreach (cell, variant_->items) {
        if (bms_is_member(leaf, static_cast<Item *>(lfirst(cell))->leaves))
            return position;
        ++position;
    }
    return -1;
}

Bitmapset *Search::items_of(Relids leaves) const {
    Bitmapset *result = nullptr;
    int leaf = -1;
    while ((leaf = bms_next_member(leaves, leaf)) >= 0) {
        const int position = item_of(leaf);
        if (position >= 0)
            result = bms_add_member(result, position);
    }
    return result;
}

void Search::add_edge(Relids leaves) {
    Bitmapset *edge = items_of(leaves);
    if (bms_membership(edge) != BMS_MULTIPLE)
        return;
    int position = -1;
    while ((position = bms_next_member(edge, position)) >= 0)
        if (!item(position)->usable)
            return;
    edges_ = lappend(edges_, edge);
}

void Search::collect_edges() {
    ListCell *cell;
    foreach (cell, variant_->conditions)
        add_edge(static_cast<Condition *>(lfirst(cell))->leaves);
    foreach (cell, variant_->items) {
        const Item *one = static_cast<Item *>(lfirst(cell));
        if (one->usable)
            add_edge(bms_union(one->leaves, one->depends));
    }
}

/** Adds an item and what it depends on; false (with *kept untouched) if something of it cannot be read. */
bool Search::add(int position, Bitmapset **kept) const {
    if (position < 0)
        return false;
    if (bms_is_member(position, *kept))
        return true;
    if (!item(position)->usable)
        return false;
    Bitmapset *extended = bms_add_member(bms_copy(*kept), position);
    int leaf = -1;
    while ((leaf = bms_next_member(item(position)->depends, leaf)) >= 0)
        if (!add(item_of(leaf), &extended))
            return false;
    *kept = extended;
    return true;
}

bool Search::walk_back(int target, const int *edge_into, Bitmapset *start, Bitmapset **kept) const {
    Bitmapset *extended = bms_copy(*kept);
    Bitmapset *open = bms_make_singleton(target);
    Bitmapset *done = nullptr;
    int position;
    while ((position = bms_next_member(open, -1)) >= 0) {
        open = bms_del_member(open, position);
        done = bms_add_member(done, position);
        if (!add(position, &extended))
            return false;
        if (bms_is_member(position, start))
            continue;
        // All items of a condition are needed to use it, and each has been reached by then or is reached through it.
        const Bitmapset *edge = static_cast<Bitmapset *>(list_nth(edges_, edge_into[position]));
        int other = -1;
        while ((other = bms_next_member(edge, other)) >= 0)
            if (!bms_is_member(other, done) && edge_into[other] != edge_into[position])
                open = bms_add_member(open, other);
            else if (!bms_is_member(other, done) && !add(other, &extended))
                return false;
    }
    *kept = extended;
    return true;
}

/** Finds the shortest way from the kept items to `target` and keeps what lies on it. */
bool Search::reach(int target, Bitmapset **kept) const {
    if (bms_is_member(target, *kept))
        return true;
    const int count = list_length(variant_->items);
    int *edge_into = static_cast<int *>(palloc0(sizeof(int) * static_cast<Size>(count)));
    Bitmapset *start = bms_copy(*kept);
    Bitmapset *reached = bms_copy(*kept);
    bool grown = true;
    while (grown && !bms_is_member(target, reached)) {
        grown = false;
        Bitmapset *next = bms_copy(reached);
        for (int number = 0; number < list_length(edges_); ++number) {
            const Bitmapset *edge = static_cast<Bitmapset *>(list_nth(edges_, number));
            if (!bms_overlap(edge, reached))
                continue;
            int other = -1;
            while ((other = bms_next_member(edge, other)) >= 0) {
                if (bms_is_member(other, next) || !item(other)->usable)
                    continue;
                edge_into[other] = number;
                next = bms_add_member(next, other);
                grown = true;
            }
        }
        reached = next;
    }
    return bms_is_member(target, reached) && walk_back(target, edge_into, start, kept);
}

bool keep_wanted(const Search &search, Relids wanted, bool has_site, Bitmapset **kept) {
    int leaf = -1;
    while ((leaf = bms_next_member(wanted, leaf)) >= 0) {
        const int target = search.item_of(leaf);
        if (target < 0)
            return false;
        if (!bms_is_empty(*kept) && search.reach(target, kept))
            continue;
        // Not tied to the change by any clause: every row would be affected. A partner may be a cross product.
        if (has_site || !search.add(target, kept))
            return false;
    }
    return true;
}

void keep_correlation(const Search &search, const Level *level, const Variant *variant, Bitmapset **kept) {
    ListCell *cell;
    foreach (cell, variant->conditions) {
        const Condition *condition = static_cast<Condition *>(lfirst(cell));
        if (!condition->correlated)
            continue;
        Bitmapset *extended = bms_copy(*kept);
        if (keep_wanted(search, condition->leaves, true, &extended))
            *kept = extended;
    }
    for (int leaf = 1; leaf <= level->scope.leaf_count; ++leaf) {
        const int target = search.item_of(leaf);
        if (target >= 0 && level->leaves[leaf].refers_outside)
            search.reach(target, kept);
    }
}

} // namespace

Pruned prune(const Level *level, const Variant *variant, Relids wanted, bool everything) {
    const Search search(level, variant);
    Pruned result{true, nullptr};
    if (everything) {
        for (int position = 0; position < list_length(variant->items); ++position)
            result.possible = result.possible && search.add(position, &result.items);
        return result;
    }
    if (level->site > 0 && !search.add(search.item_of(level->site), &result.items))
        result.possible = false;
    if (result.possible && !keep_wanted(search, wanted, level->site > 0, &result.items))
        result.possible = false;
    if (result.possible && !bms_is_empty(result.items))
        keep_correlation(search, level, variant, &result.items);
    return result;
}

List *kept_conditions(const Variant *variant, Bitmapset *items) {
    Relids leaves = nullptr;
    int position = -1;
    while ((position = bms_next_member(items, position)) >= 0)
        leaves = bms_add_members(leaves, static_cast<Item *>(list_nth(variant->items, position))->leaves);
    List *result = NIL;
    ListCell *cell;
    foreach (cell, variant->conditions)
        if (bms_is_subset(static_cast<Condition *>(lfirst(cell))->leaves, leaves))
            result = lappend(result, lfirst(cell));
    return result;
}

} // namespace pgtv::plan
