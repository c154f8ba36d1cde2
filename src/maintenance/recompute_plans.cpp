// Keeps the saved queries of each rule of this backend and prepares their plans, which the rule cache frees when the
// rule goes or its relations have outgrown them. Lifetime: the rule.

#include "pg/postgres.hpp"
#include "maintenance/recompute_plans.hpp"

#include "analysis/normalized_query.hpp"
#include "analysis/settings_use.hpp"
#include "capture/rule_cache.hpp"
#include "maintenance/recompute_text.hpp"
#include "pg/identity.hpp"

namespace pgtv::maintenance {
namespace {

int live_position(Oid relid, AttrNumber attribute) {
    int position = 0;
    Relation relation = relation_open(relid, AccessShareLock);
    for (int i = 0; i < attribute - 1; i++)
        if (!TupleDescAttr(RelationGetDescr(relation), i)->attisdropped)
            position++;
    relation_close(relation, NoLock);
    return position;
}

KeyType *read_key_types(const plan::Rule *rule) {
    auto *types = static_cast<KeyType *>(palloc0(sizeof(KeyType) * static_cast<Size>(std::max(rule->key_count, 1))));
    for (int i = 0; i < rule->key_count; i++) {
        types[i].type = getBaseType(rule->keys[i].type);
        types[i].array_type = get_array_type(types[i].type);
        types[i].position = live_position(rule->tview, rule->keys[i].attnum);
        get_typlenbyvalalign(types[i].type, &types[i].length, &types[i].by_value, &types[i].align);
    }
    return types;
}

bool has_row_security(const plan::Rule *rule) {
    ListCell *cell;
    foreach (cell, rule->relations) {
        Relation relation = relation_open(lfirst_oid(cell), AccessShareLock);
        const bool enabled = relation->rd_rel->relrowsecurity;
        relation_close(relation, NoLock);
        if (enabled)
            return true;
    }
    return false;
}

/** Enabling row-level security, or replacing the view, makes another rule. */
pg::SettingsNeed settings_need(const plan::Rule *rule) {
    List *relations = NIL;
    Query *query = analysis::normalize(analysis::query_of_view(rule->view), &relations);
    return analysis::may_use_settings(query) || has_row_security(rule) ? pg::SettingsNeed::all
                                                                       : pg::SettingsNeed::plain;
}

RuleQueries *make_queries(const plan::Rule *rule) {
    const pg::SettingsNeed settings = settings_need(rule);
    MemoryContext old = MemoryContextSwitchTo(rule->memory);
    auto *queries = static_cast<RuleQueries *>(palloc0(sizeof(RuleQueries)));
    queries->rule = rule;
    queries->memory = rule->memory;
    queries->view = pg::qualified_name(rule->view);
    queries->declared = pg::qualified_name(rule->declared);
    queries->table = pg::qualified_name(rule->tview);
    queries->keys = read_key_types(rule);
    queries->settings = settings;
    MemoryContextSwitchTo(old);
    return queries;
}

void prepare(const RuleQueries *queries, SavedQuery *query) {
    int count = 0;
    Oid *types = parameter_types(queries, query->kind, &count);
    const int options = CURSOR_OPT_GENERIC_PLAN | (has_keys(query->kind.lookup) ? 0 : CURSOR_OPT_PARALLEL_OK);
    SPIPlanPtr plan = SPI_prepare_cursor(query->text, count, types, options);
    if (plan == nullptr || SPI_keepplan(plan) != 0)
        elog(ERROR, "could not prepare the recomputation of \"%s\": %s", queries->table,
             SPI_result_code_string(SPI_result));
    *query->plan = plan;
}

} // namespace

RuleQueries *queries_of(const plan::Rule *rule) {
    void **kept = capture::rule_attachment(rule, capture::RuleAttachment::queries);
    if (*kept == nullptr)
        *kept = make_queries(rule);
    return static_cast<RuleQueries *>(*kept);
}

SavedQuery *find_query(RuleQueries *queries, const QueryKind &kind) {
    ListCell *cell;
    foreach (cell, queries->saved) {
        auto *query = static_cast<SavedQuery *>(lfirst(cell));
        if (query->kind.side == kind.side && query->kind.lookup == kind.lookup &&
            bms_equal(query->kind.null_columns, kind.null_columns))
            return query;
    }
    MemoryContext old = MemoryContextSwitchTo(queries->memory);
    auto *query = static_cast<SavedQuery *>(palloc0(sizeof(SavedQuery)));
    query->kind = {kind.side, kind.lookup, bms_copy(kind.null_columns)};
    query->text = query_text(queries, query->kind);
    query->plan = capture::plan_slot(queries->rule, query->text);
    queries->saved = lappend(queries->saved, query);
    MemoryContextSwitchTo(old);
    return query;
}

TupleDesc describe_keys(const RuleQueries *queries, const Bitmapset *null_columns) {
    const plan::Rule *rule = queries->rule;
    TupleDesc desc = CreateTemplateTupleDesc(rule->key_count - bms_num_members(null_columns));
    AttrNumber number = 0;
    for (int i = 0; i < rule->key_count; i++) {
        if (bms_is_member(i, null_columns))
            continue;
        number++;
        TupleDescInitEntry(desc, number, psprintf("k%d", number), queries->keys[i].type, -1, 0);
        TupleDescInitEntryCollation(desc, number, rule->keys[i].collation);
    }
    return desc;
}

SPIPlanPtr get_plan(const RuleQueries *queries, SavedQuery *query) {
    if (*query->plan == nullptr)
        prepare(queries, query);
    return *query->plan;
}

} // namespace pgtv::maintenance
