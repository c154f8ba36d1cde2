// Weak stand-ins for stages not landed yet, so that the library loads. Remove with the last of them.

#include "pg/postgres.hpp"
#include "pg_tviews/analysis.hpp"
#include "maintenance/apply.hpp"
#include "pg_tviews/maintenance.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

__attribute__((weak)) Rule *build_rule(Oid view, Oid tview, List *, MemoryContext memory) {
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    auto *rule = static_cast<Rule *>(palloc0(sizeof(Rule)));
    rule->memory = memory;
    rule->tview = tview;
    rule->view = view;
    rule->relations = list_make2_oid(view, tview);
    ListCell *cell;
    foreach (cell, analysis::find_sources(view, InvalidOid)) {
        const auto *source = static_cast<analysis::Source *>(lfirst(cell));
        auto *one = static_cast<SourceRule *>(palloc0(sizeof(SourceRule)));
        one->source = source->relid;
        one->strategy = Strategy::full;
        one->whole_row = true;
        one->maintained = source->relkind == 'r' || source->relkind == 'p';
        one->reason = "the planner of this version is a stand-in";
        rule->sources = lappend(rule->sources, one);
        rule->relations = list_append_unique_oid(rule->relations, source->relid);
    }
    MemoryContextSwitchTo(caller);
    return rule;
}

__attribute__((weak)) const SourceRule *find_source(const Rule *rule, Oid source) {
    ListCell *cell;
    foreach (cell, rule->sources)
        if (static_cast<SourceRule *>(lfirst(cell))->source == source)
            return static_cast<SourceRule *>(lfirst(cell));
    return nullptr;
}

} // namespace pgtv::plan

namespace pgtv::maintenance {

__attribute__((weak)) RowCounts refresh_full(Oid tview) {
    const plan::Rule *rule = get_rule(tview);
    LockRelationOid(tview, ShareRowExclusiveLock);
    PushActiveSnapshot(GetLatestSnapshot());
    const RowCounts counts = apply_full(rule);
    PopActiveSnapshot();
    return counts;
}

__attribute__((weak)) Difference verify(Oid, bool) {
    return {};
}

} // namespace pgtv::maintenance
