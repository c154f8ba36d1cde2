// tview_explain, tview_explain_query: for each source, how its changes reach the TVIEW and why. Lifetime: a call.

#include "pg/postgres.hpp"
#include "analysis/normalized_query.hpp"
#include "capture/rule_cache.hpp"
#include "pg/bridge.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/analysis.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/plan.hpp"
#include "plan/companion.hpp"
#include "plan/copied_columns.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_explain);
PG_FUNCTION_INFO_V1(tview_explain_query);
#pragma GCC visibility pop
}

namespace pgtv::monitoring {
namespace {

constexpr int result_columns = 7; // source, strategy, key, columns, query, reason, hint

Datum text_array(List *names) {
    const int count = list_length(names);
    Datum *elements = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(Max(count, 1))));
    for (int i = 0; i < count; ++i)
        elements[i] = CStringGetTextDatum(static_cast<char *>(list_nth(names, i)));
    return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

List *key_names(const plan::Rule *rule) {
    List *names = NIL;
    for (int i = 0; i < rule->key_count; ++i)
        names = lappend(names, const_cast<char *>(rule->keys[i].name));
    return names;
}

List *column_names(const plan::SourceRule *source) {
    List *names = NIL;
    const Relation relation = relation_open(source->source, AccessShareLock);
    const TupleDesc columns = RelationGetDescr(relation);
    for (int i = 0; i < columns->natts; ++i) {
        const Form_pg_attribute column = TupleDescAttr(columns, i);
        if (!column->attisdropped && (source->whole_row || bms_is_member(column->attnum, source->watched)))
            names = lappend(names, pstrdup(NameStr(column->attname)));
    }
    relation_close(relation, AccessShareLock);
    return names;
}

bool patches(const plan::SourceRule *source) {
    ListCell *cell;
    foreach (cell, source->copied)
        if (static_cast<plan::CopiedColumn *>(lfirst(cell))->parts != NIL)
            return true;
    return false;
}

const char *strategy_name(const plan::SourceRule *source) {
    if (source->strategy == plan::Strategy::full)
        return "full";
    if (source->strategy == plan::Strategy::delta)
        return "delta";
    if (source->arrays != nullptr || patches(source))
        return "patch";
    return source->direct_count > 0 || source->derive_single != nullptr ? "keyed" : "ignore";
}

void set_text(Datum *value, bool *null, const char *text) {
    *null = text == nullptr;
    if (text != nullptr)
        *value = CStringGetTextDatum(text);
}

/** What there is to say of all sources of a rule besides. */
struct Remark {
    const plan::Rule *key_of; // whose key is shown
    const char *reason;       // added to that of each source; nullptr: nothing
};

void return_source(ReturnSetInfo *result, const Remark &remark, const plan::SourceRule *source) {
    Datum values[result_columns] = {};
    bool nulls[result_columns] = {};
    values[0] = ObjectIdGetDatum(source->source);
    values[1] = CStringGetTextDatum(strategy_name(source));
    nulls[2] = source->strategy == plan::Strategy::full;
    values[2] = text_array(key_names(remark.key_of));
    values[3] = text_array(column_names(source));
    set_text(&values[4], &nulls[4], source->contribution != nullptr ? source->contribution : source->derive_single);
    const bool both = source->reason != nullptr && remark.reason != nullptr;
    set_text(&values[5], &nulls[5],
             both ? psprintf("%s; %s", source->reason, remark.reason)
                  : (source->reason != nullptr ? source->reason : remark.reason));
    set_text(&values[6], &nulls[6], source->hint);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

void return_rule(ReturnSetInfo *result, const plan::Rule *rule, const Remark &remark) {
    ListCell *cell;
    foreach (cell, rule->sources)
        return_source(result, remark, static_cast<plan::SourceRule *>(lfirst(cell)));
}

const char *kept_because(const char *where, const plan::Companion *companion) {
    return companion == nullptr ? psprintf("kept in %s", where)
                                : psprintf("kept in %s, because %s", where, companion->reason);
}

/** The sources of the companion, then the companion itself. */
void return_with_companion(ReturnSetInfo *result, const catalog::TView *row, Oid table) {
    const plan::Rule *shown = capture::build_rule(row, CurrentMemoryContext);
    const plan::Rule *kept = capture::build_rule(catalog::get_tview(table), CurrentMemoryContext);
    const plan::Companion *companion = plan::find_companion(analysis::query_of_view(row->view));
    return_rule(result, kept, {shown, kept_because(pg::qualified_name(table), companion)});
    return_rule(result, shown, {shown, nullptr});
}

Query *analyze(const char *text) {
    List *statements = pg_parse_query(text);
    if (list_length(statements) != 1)
        raise(SyntaxRefused{"exactly one query is needed", "Write a single SELECT.", 0});
    Query *query = parse_analyze_fixedparams(linitial_node(RawStmt, statements), text, nullptr, 0, nullptr);
    if (query->commandType != CMD_SELECT)
        raise(Unsupported{"a TVIEW is defined by a SELECT", nullptr, "Write a single SELECT."});
    return query;
}

void explain_tview(ReturnSetInfo *result, Oid tview) {
    const catalog::TView *row = catalog::get_tview(tview);
    if (pg_class_aclcheck(tview, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(tview));
    pg::RunAs owner(pg::relation_owner(tview));
    const Oid companion = catalog::find_companion(tview).table;
    if (OidIsValid(companion)) {
        return_with_companion(result, row, companion);
        return;
    }
    const plan::Rule *rule = capture::build_rule(row, CurrentMemoryContext);
    return_rule(result, rule, {rule, nullptr});
}

void explain_query(ReturnSetInfo *result, const char *text) {
    Query *query = analyze(text); // under the caller's search_path
    analysis::check_query(query, analysis::Freshness::maintained, GetUserId());
    pg::RunAs caller(GetUserId());
    const plan::Companion *companion = plan::find_companion(query);
    const plan::Rule *rule =
        plan::build_rule_for_query(companion != nullptr ? companion->query : query, NIL, CurrentMemoryContext);
    return_rule(result, rule, {rule, companion != nullptr ? kept_because("a companion table", companion) : nullptr});
}

} // namespace
} // namespace pgtv::monitoring

Datum tview_explain(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        InitMaterializedSRF(fcinfo, 0);
        pgtv::monitoring::explain_tview(reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo), PG_GETARG_OID(0));
        return static_cast<Datum>(0);
    });
}

Datum tview_explain_query(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        InitMaterializedSRF(fcinfo, 0);
        pgtv::monitoring::explain_query(reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo),
                                        text_to_cstring(PG_GETARG_TEXT_PP(0)));
        return static_cast<Datum>(0);
    });
}
