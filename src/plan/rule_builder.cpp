// Builds the Rule of a TVIEW: normalizes the query, opens every occurrence of every source, chooses K, writes the
// derivation texts. Lifetime: the rule lives in its own memory context, everything else in a temporary one.

#include "pg/postgres.hpp"
#include "pg/identity.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/analysis.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/plan.hpp"
#include "analysis/normalized_query.hpp"
#include "plan/array_parts.hpp"
#include "plan/delta_sources.hpp"
#include "plan/derivation_text.hpp"
#include "plan/copied_columns.hpp"
#include "plan/direct_key.hpp"
#include "plan/key_chooser.hpp"
#include "plan/lock_edges.hpp"
#include "plan/obstacle.hpp"
#include "plan/opened.hpp"
#include "plan/output_columns.hpp"
#include "plan/row_lookup.hpp"
#include "plan/rule.hpp"
#include "plan/ties.hpp"
#include "plan/watched_columns.hpp"

namespace pgtv::plan {
namespace {

/** An occurrence with what can be derived for it. */
struct Way {
    const Occurrence *occurrence;
    Opening opening;
    Derivable derivable;
};

struct Planner {
    Query *query;
    List *ways = NIL; // of Way *
    List *key = NIL;  // int list of resnos
    Rule *rule = nullptr;
    List *written = NIL;              // of Derivation *: what is executed for each source
    ImageColumns all_needs{NIL, NIL}; // over all texts: what the images of each source must hold

    void open_ways();
    void plan_sources();
    void plan_locks();
    void plan_source(SourceRule *source);
    List *derivations(Oid source, bool *failed, const Occurrence **obstacle);
    void write_texts(SourceRule *source, List *queries);
};

bool is_maintained(Oid relid) {
    const char relkind = get_rel_relkind(relid);
    return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE;
}

Bitmapset *derivable_columns(const Query *query, const Opening &opening) {
    if (opening.failed)
        return nullptr;
    Bitmapset *result = nullptr;
    const int count = visible_columns(query);
    for (int i = 0; i < count; ++i) {
        bool known = opening.variants != NIL;
        ListCell *cell;
        foreach (cell, opening.variants) {
            const Opened *opened = static_cast<Opened *>(lfirst(cell));
            known = known && opened->known[i] != Known::no && !opened->refers_outside;
        }
        const TargetEntry *entry = list_nth_node(TargetEntry, query->targetList, i);
        if (known && has_equality(exprType(reinterpret_cast<Node *>(entry->expr))))
            result = bms_add_member(result, i + 1);
    }
    return result;
}

void Planner::open_ways() {
    ListCell *cell;
    foreach (cell, find_occurrences(query)) {
        const Occurrence *occurrence = static_cast<Occurrence *>(lfirst(cell));
        Way way{};
        way.occurrence = occurrence;
        way.opening = open_query(query, occurrence->path, nullptr);
        way.derivable.source = occurrence->source;
        way.derivable.never = !way.opening.failed && way.opening.variants == NIL;
        way.derivable.columns = derivable_columns(query, way.opening);
        ways = lappend(ways, pg::make(way));
    }
}

List *derivables(List *ways) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, ways)
        result = lappend(result, &static_cast<Way *>(lfirst(cell))->derivable);
    return result;
}

// ---- derivations of one source

/** Only the columns of K, in order. */
Query *select_key(Query *query, List *key) {
    List *target_list = NIL;
    ListCell *cell;
    foreach (cell, key) {
        TargetEntry *entry = flatCopyTargetEntry(list_nth_node(TargetEntry, query->targetList, lfirst_int(cell) - 1));
        entry->resno = static_cast<AttrNumber>(list_length(target_list) + 1);
        entry->resname = psprintf("k%d", static_cast<int>(entry->resno));
        target_list = lappend(target_list, entry);
    }
    query->targetList = target_list;
    return query;
}

Bitmapset *as_set(List *numbers) {
    Bitmapset *result = nullptr;
    ListCell *cell;
    foreach (cell, numbers)
        result = bms_add_member(result, lfirst_int(cell));
    return result;
}

List *Planner::derivations(Oid source, bool *failed, const Occurrence **obstacle) {
    List *result = NIL;
    Bitmapset *columns = as_set(key);
    ListCell *cell;
    foreach (cell, ways) {
        const Way *way = static_cast<Way *>(lfirst(cell));
        if (way->occurrence->source != source || way->derivable.never)
            continue;
        if (key == NIL || !bms_is_subset(columns, way->derivable.columns)) {
            *failed = true;
            *obstacle = way->occurrence;
            return NIL;
        }
        ListCell *variant;
        foreach (variant, way->opening.variants)
            result =
                lappend(result, select_key(materialize(static_cast<Opened *>(lfirst(variant)), columns, false), key));
    }
    return result;
}

void Planner::write_texts(SourceRule *source, List *queries) {
    const int key_count = list_length(key);
    AttrNumber *direct = direct_columns(queries, key_count);
    if (direct != nullptr) {
        Bitmapset *columns = nullptr;
        for (int i = 0; i < key_count; ++i)
            columns = bms_add_member(columns, direct[i]);
        need(&all_needs, source->source, columns);
        source->direct = direct;
        source->direct_count = key_count;
        need(&all_needs, source->source, find_copied_columns(query, rule, source));
        source->arrays = find_array_rule(query, rule, source);
        if (source->arrays != nullptr)
            need(&all_needs, source->source, bms_make_singleton(source->arrays->number));
        source->reason = "the changed row holds the key itself";
        return;
    }
    ImageColumns own{NIL, NIL};
    const DerivationText single = derivation_text(queries, list_make1_oid(source->source), &own);
    need_all(&all_needs, &own);
    const DerivationText multi = derivation_text(queries, maintained_sources(rule), &all_needs);
    const char *difference = verify_text(single, &all_needs);
    if (difference == nullptr)
        difference = verify_text(multi, &all_needs);
    if (difference != nullptr) {
        source->strategy = Strategy::full;
        source->reason = difference;
        return;
    }
    source->may_raise = may_raise(queries);
    source->derive_single = single.sql;
    source->derive_reads = listed(columns_needed(&own, source->source));
    source->needs_old = single.reads_old != NIL;
    source->derive_multi = multi.sql;
    source->multi_reads = multi.reads_old;
    need(&all_needs, source->source, find_copied_columns(query, rule, source));
    source->reason = "the key is found by joining the changed row with the tables on the way";
}

void Planner::plan_source(SourceRule *source) {
    bool failed = false;
    const Occurrence *obstacle = nullptr;
    List *queries = derivations(source->source, &failed, &obstacle);
    source->strategy = failed ? Strategy::full : Strategy::keyed;
    if (failed) {
        const Advice advice = find_obstacle(query, obstacle);
        source->reason = advice.reason;
        source->hint = advice.hint;
        return;
    }
    if (queries == NIL) {
        source->irrelevant = true;
        source->reason = "no row of this table can reach the output";
        return;
    }
    write_texts(source, queries);
    written = lappend(written, pg::make(Derivation{source, queries}));
    source->hint = index_advice(query, queries, key);
}

/** Virtual generated columns (PostgreSQL 18) are in no row image. */
void refuse_virtual_columns(Oid relid, Bitmapset *columns) {
    int attno = -1;
    while ((attno = bms_next_member(columns, attno)) >= 0)
        if (get_attgenerated(relid, static_cast<AttrNumber>(attno)) == 'v')
            raise(Unsupported{psprintf("column \"%s\" of table \"%s\" is a virtual generated column",
                                       get_attname(relid, static_cast<AttrNumber>(attno), false), get_rel_name(relid)),
                              "The images of changed rows do not hold it.",
                              "Make the column STORED, or write its expression into the query."});
}

void Planner::plan_sources() {
    ListCell *cell;
    foreach (cell, ways) {
        const Oid relid = static_cast<Way *>(lfirst(cell))->occurrence->source;
        if (find_source(rule, relid) != nullptr)
            continue;
        SourceRule source{};
        source.source = relid;
        source.maintained = is_maintained(relid);
        read_columns(query, relid, &source.watched, &source.whole_row);
        refuse_virtual_columns(relid, source.watched);
        rule->sources = lappend(rule->sources, pg::make(source));
    }
    foreach (cell, rule->sources)
        plan_source(static_cast<SourceRule *>(lfirst(cell)));
    plan_deltas(rule, query, &all_needs);
}

void Planner::plan_locks() {
    add_lock_edges(rule, written, &all_needs);
    ListCell *cell;
    foreach (cell, rule->sources) {
        SourceRule *source = static_cast<SourceRule *>(lfirst(cell));
        source->columns = listed(columns_needed(&all_needs, source->source));
    }
}

// ---- the rule around it

/** Sources that only functions with SQL-standard bodies read: nothing is known of what they do to the output. */
void add_function_sources(Rule *rule, List *sources) {
    ListCell *cell;
    foreach (cell, sources) {
        const analysis::Source *reached = static_cast<analysis::Source *>(lfirst(cell));
        rule->relations = list_append_unique_oid(rule->relations, reached->relid);
        SourceRule *source = const_cast<SourceRule *>(find_source(rule, reached->relid));
        if (source != nullptr && !reached->through_function)
            continue;
        if (source == nullptr) {
            SourceRule fresh{};
            fresh.source = reached->relid;
            source = pg::make(fresh);
            rule->sources = lappend(rule->sources, source);
        }
        source->strategy = Strategy::full;
        source->maintained = is_maintained(reached->relid);
        source->whole_row = true;
        source->direct_count = 0;
        source->reason = "the table is read inside a function";
        source->hint = "Write the function's query into the view.";
    }
}

List *wanted_key(const Query *query, List *names) {
    List *result = NIL;
    ListCell *name;
    foreach (name, names) {
        int found = 0;
        ListCell *cell;
        foreach (cell, query->targetList) {
            const TargetEntry *entry = lfirst_node(TargetEntry, cell);
            if (!entry->resjunk && strcmp(entry->resname, static_cast<char *>(lfirst(name))) == 0)
                found = entry->resno;
        }
        if (found == 0)
            raise(InvalidOption{"key",
                                psprintf("The query has no output column \"%s\".", static_cast<char *>(lfirst(name))),
                                "Name output columns of the query, separated by commas."});
        const TargetEntry *entry = list_nth_node(TargetEntry, query->targetList, found - 1);
        if (!has_equality(exprType(reinterpret_cast<Node *>(entry->expr))))
            raise(InvalidOption{"key", psprintf("The type of column \"%s\" has no equality.", entry->resname),
                                "Name columns whose type has a btree operator class."});
        result = list_append_unique_int(result, found);
    }
    return result;
}

KeyColumn key_column(const Query *query, int resno) {
    const TargetEntry *entry = list_nth_node(TargetEntry, query->targetList, resno - 1);
    Node *expression = reinterpret_cast<Node *>(entry->expr);
    KeyColumn column{};
    column.attnum = static_cast<AttrNumber>(resno);
    column.name = pstrdup(entry->resname);
    column.type = exprType(expression);
    column.typmod = exprTypmod(expression);
    column.collation = exprCollation(expression);
    column.equality = lookup_type_cache(column.type, TYPECACHE_EQ_OPR)->eq_opr;
    column.maybe_null = true;
    return column;
}

void set_key(Rule *rule, const Query *query, List *key) {
    rule->key_count = list_length(key);
    rule->keys = static_cast<KeyColumn *>(palloc0(sizeof(KeyColumn) * static_cast<Size>(Max(rule->key_count, 1))));
    for (int i = 0; i < rule->key_count; ++i) {
        rule->keys[i] = key_column(query, list_nth_int(key, i));
        // CREATE OR REPLACE TVIEW may have dropped columns of the table: its numbers differ from the view's then.
        if (OidIsValid(rule->tview))
            rule->keys[i].attnum = get_attnum(rule->tview, rule->keys[i].name);
    }
}

/** Can the row of a key be looked up without running the query? Then tview_explain says so. */
void note_lookup(Rule *rule, const Query *query, List *key) {
    auto *positions = static_cast<int *>(palloc(sizeof(int) * static_cast<Size>(rule->key_count + 1)));
    ListCell *cell;
    foreach (cell, key)
        positions[foreach_current_index(cell)] = lfirst_int(cell) - 1;
    rule->lookup = find_row_lookup(rule, query, positions);
    foreach (cell, rule->lookup != nullptr ? rule->sources : NIL) {
        auto *source = static_cast<SourceRule *>(lfirst(cell));
        if (source->strategy == Strategy::keyed && !source->irrelevant)
            source->reason = psprintf("%s; the row of a key is found by index lookups", source->reason);
    }
}

/** The names that the view's columns have today: a column of a view can be renamed. */
void adopt_view_columns(Query *query, Oid view) {
    ListCell *cell;
    foreach (cell, query->targetList) {
        TargetEntry *entry = lfirst_node(TargetEntry, cell);
        if (!entry->resjunk)
            entry->resname = get_attname(view, entry->resno, false);
    }
}

Rule *build(Query *raw, Oid view, Oid tview, List *key) {
    Rule *rule = static_cast<Rule *>(palloc0(sizeof(Rule)));
    rule->tview = tview;
    rule->view = view;
    Planner planner{};
    planner.rule = rule;
    planner.query = analysis::normalize(raw, &rule->relations);
    if (OidIsValid(view))
        adopt_view_columns(planner.query, view);
    planner.open_ways();
    planner.key = choose_key(planner.query, derivables(planner.ways), wanted_key(planner.query, key));
    set_key(rule, planner.query, planner.key);
    planner.plan_sources();
    if (OidIsValid(view))
        add_function_sources(rule, analysis::find_sources(view, InvalidOid));
    planner.plan_locks();
    note_lookup(rule, planner.query, planner.key);
    rule->notices = list_concat(plan_dependent_output(planner.query), ties_in_order(planner.query));
    rule->cheap_full = rule->sources == NIL;
    return rule;
}

/** What the query is of; all InvalidOid for one that is no TVIEW yet. */
struct Relations {
    Oid view;
    Oid declared;
    Oid tview;
};

/** Builds in a temporary context and keeps only the rule. */
Rule *build_in_context(Query *raw, const Relations &of, List *key, MemoryContext memory) {
    const MemoryContext scratch =
        AllocSetContextCreate(CurrentMemoryContext, "pg_tviews planning", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext before = MemoryContextSwitchTo(scratch);
    Rule *rule = build(raw, of.view, of.tview, key);
    for (const Oid relation : {of.view, of.declared, of.tview})
        if (OidIsValid(relation))
            rule->relations = list_append_unique_oid(rule->relations, relation);
    rule->declared = of.declared;
    MemoryContextSwitchTo(before);
    Rule *result = copy_rule(rule, memory);
    MemoryContextDelete(scratch);
    return result;
}

} // namespace

Rule *build_rule(Oid view, Oid declared, Oid tview, List *key, MemoryContext memory) {
    return build_in_context(analysis::query_of_view(view), {view, declared, tview}, key, memory);
}

Rule *build_rule_for_query(Query *query, List *key, MemoryContext memory) {
    return build_in_context(query, {InvalidOid, InvalidOid, InvalidOid}, key, memory);
}

} // namespace pgtv::plan
