// Which items of a flattened FROM clause a derivation needs: those on the way from the changed leaf to the wanted ones.
#pragma once

#include "pg/postgres.hpp"
#include "plan/level.hpp"

namespace pgtv::plan {

/** Positions in variant->items to keep, or `possible` = false if a wanted leaf cannot be reached. */
struct Pruned {
    bool possible;
    Bitmapset *items;
};

/**
 * Keeps the site, the way to every leaf in `wanted` (required) and to the conditions that tie the level to the levels
 * around it (where possible). With `everything`, all items.
 */
Pruned prune(const Level *level, const Variant *variant, Relids wanted, bool everything);

/** Conditions of the variant that touch kept items only. */
List *kept_conditions(const Variant *variant, Bitmapset *items);

} // namespace pgtv::plan
