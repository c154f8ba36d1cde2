// Image layouts and routes: see descriptor.hpp for what they are. Lifetime: the current memory context.
#pragma once

#include "pg/postgres.hpp"
#include "capture/descriptor.hpp"
#include "capture/rule_cache.hpp"

namespace pgtv::capture {

/** Fills the route from `table` to `source` (itself or an ancestor); false if no TVIEW captures `source`. */
bool fill_route(Route *route, Relation table, Relation source);

/** The layout with just what the rule of `tview` needs of images of `source`; nullptr if it does not read that. */
const ImageLayout *make_layout_for(Relation source, const CachedTView *tview);

/** Do images of one layout fit the other, for the same consumers? */
bool same_layout(const ImageLayout *a, const ImageLayout *b);

} // namespace pgtv::capture
