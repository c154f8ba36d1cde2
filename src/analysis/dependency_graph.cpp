// The dependency walk: breadth first from a backing view down to tables, materialized views and foreign tables,
// through views and SQL-standard function bodies; and on through TVIEWs, to find cycles and chains too deep.
// Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg_tviews/analysis.hpp"

#include "analysis/dependency_reader.hpp"
#include "analysis/stored_query.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::analysis {
namespace {

/** A view or function still to be read. */
struct Step {
    Oid object;
    bool is_function;
    bool in_function;  // reached through a function body
    bool beyond_tview; // reached through a TVIEW: its relations are no sources of the one walked from
    int depth;         // of the relations it names
    List *path;        // of Oid: the relations walked through, the last one read by this step
};

struct Walk {
    Oid self;
    List *sources; // of Source *
    List *queue;   // of Step *, in the order of depth; steps done stay in it
};

char *path_text(List *path) {
    StringInfoData text;
    initStringInfo(&text);
    ListCell *cell;
    foreach (cell, path)
        appendStringInfo(&text, "%s%s", text.len > 0 ? " -> " : "", pg::qualified_name(lfirst_oid(cell)));
    return text.data;
}

List *extended(List *path, Oid relid) {
    return lappend_oid(list_copy(path), relid);
}

[[noreturn]] void raise_cycle(List *path, Oid again) {
    List *cycle = extended(path, again);
    while (linitial_oid(cycle) != again)
        cycle = list_delete_first(cycle);
    raise(DependencyCycle{pg::qualified_name(again), path_text(cycle)});
}

/** The path starts at the backing view of `self`: that one stands for `self`. */
void check_cycle(const Walk &walk, const Step &step, Oid relid) {
    if (list_member_oid(step.path, relid))
        raise_cycle(step.path, relid);
    if (relid == walk.self)
        raise_cycle(lcons_oid(relid, list_copy_tail(step.path, 1)), relid);
}

/** A TVIEW that exists was accepted: writers may have another setting than its creator had. */
void check_depth(const Walk &walk, const Step &step, Oid relid) {
    if (OidIsValid(walk.self) && step.depth > settings::max_dependency_depth)
        raise(TooDeep{"dependency", settings::max_dependency_depth, path_text(extended(step.path, relid))});
}

/** One visit per object and depth keeps the walk polynomial where views share views. */
void add_step(Walk *walk, const Step &step) {
    ListCell *cell;
    foreach (cell, walk->queue) {
        const auto *queued = static_cast<Step *>(lfirst(cell));
        if (queued->object == step.object && queued->is_function == step.is_function && queued->depth == step.depth &&
            queued->beyond_tview == step.beyond_tview)
            return;
    }
    auto *copy = static_cast<Step *>(palloc(sizeof(Step)));
    *copy = step;
    walk->queue = lappend(walk->queue, copy);
}

void add_source(Walk *walk, const Step &step, const RelationUse &use, char relkind) {
    ListCell *cell;
    foreach (cell, walk->sources) {
        auto *known = static_cast<Source *>(lfirst(cell));
        if (known->relid != use.relid)
            continue;
        known->columns = bms_add_members(known->columns, use.columns);
        return;
    }
    auto *source = static_cast<Source *>(palloc0(sizeof(Source)));
    source->relid = use.relid;
    source->relkind = relkind;
    source->depth = step.depth;
    source->path = extended(step.path, use.relid);
    source->columns = bms_copy(use.columns);
    source->through_function = step.in_function;
    walk->sources = lappend(walk->sources, source);
}

/** The step that reads `view`, which the relation `named` stands for. */
Step step_into(const Step &from, Oid view, Oid named) {
    Step step = from;
    step.object = view;
    step.is_function = false;
    step.depth = from.depth + 1;
    step.path = extended(from.path, named);
    return step;
}

/** A TVIEW is a source; the walk goes on behind it because what it reads must not lead back. */
void follow_tview(Walk *walk, const Step &step, Oid table) {
    const Oid view = find_backing_view(table);
    if (!OidIsValid(view))
        return;
    Step next = step_into(step, view, table);
    next.beyond_tview = true;
    add_step(walk, next);
}

void visit_relation(Walk *walk, const Step &step, const RelationUse &use) {
    check_cycle(*walk, step, use.relid);
    const char relkind = get_rel_relkind(use.relid);
    switch (relkind) {
    case RELKIND_VIEW:
        check_depth(*walk, step, use.relid);
        add_step(walk, step_into(step, use.relid, use.relid));
        break;
    case RELKIND_RELATION:
    case RELKIND_PARTITIONED_TABLE:
    case RELKIND_FOREIGN_TABLE:
    case RELKIND_MATVIEW:
        check_depth(*walk, step, use.relid);
        if (!step.beyond_tview)
            add_source(walk, step, use, relkind);
        follow_tview(walk, step, use.relid);
        break;
    default: // sequences and the like are refused by check_query where they matter
        break;
    }
}

void visit_function(Walk *walk, const Step &step, Oid function) {
    Step next = step;
    next.object = function;
    next.is_function = true;
    next.in_function = true;
    add_step(walk, next);
}

void take_step(Walk *walk, const Step &step) {
    CHECK_FOR_INTERRUPTS();
    const References found =
        step.is_function ? read_function_references(step.object) : read_view_references(step.object);
    ListCell *cell;
    foreach (cell, found.relations)
        visit_relation(walk, step, *static_cast<RelationUse *>(lfirst(cell)));
    foreach (cell, found.functions)
        visit_function(walk, step, lfirst_oid(cell));
}

} // namespace

List *find_sources(Oid view, Oid self) {
    Walk walk{self, NIL, NIL};
    add_step(&walk, Step{.object = view,
                         .is_function = false,
                         .in_function = false,
                         .beyond_tview = false,
                         .depth = 1,
                         .path = list_make1_oid(view)});
    for (int next = 0; next < list_length(walk.queue); next++)
        take_step(&walk, *static_cast<Step *>(list_nth(walk.queue, next)));
    return walk.sources;
}

} // namespace pgtv::analysis
