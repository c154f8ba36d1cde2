// Takes a grouping query apart: into the aggregates it computes with, group by group, and what it makes of them. Both
// parts are queries again, so each is maintained like any other. Lifetime: the current memory context.

#include "pg/postgres.hpp"
#include "plan/companion.hpp"

#include "analysis/normalized_query.hpp"
#include "pg/identity.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/plan.hpp"
#include "plan/delta_columns.hpp"
#include "plan/never_null.hpp"

namespace pgtv::plan {
namespace {

/** The aggregates in an expression, each once. */
bool collect_calls(Node *node, void *calls) {
    if (node == nullptr)
        return false;
    if (!IsA(node, Aggref))
        return compat::walk_children(node, collect_calls, calls);
    auto **list = static_cast<List **>(calls);
    *list = list_append_unique(*list, node);
    return false;
}

List *calls_of(const Query *query) {
    List *calls = NIL;
    ListCell *cell;
    foreach (cell, query->targetList)
        (void)collect_calls(reinterpret_cast<Node *>(lfirst_node(TargetEntry, cell)->expr), &calls);
    (void)collect_calls(query->havingQual, &calls);
    return calls;
}

Combine kind_of(const Aggref *call) {
    DeltaColumn column = plain_column(Combine::computed, reinterpret_cast<const Node *>(call));
    return describe_aggregate(call, &column) ? column.combine : Combine::computed;
}

// ---- what is missing

/** Does the output tell as much as is needed to add to it? nullptr, or what is missing. */
const char *find_lack(const Query *query) {
    List *relations = NIL;
    Query *normalized = analysis::normalize(query, &relations);
    DeltaPlan *delta = nullptr;
    if (const char *obstacle = find_delta(normalized, &delta))
        return obstacle;
    if (contain_aggs_of_level(normalized->havingQual, 0))
        return "HAVING hides groups whose aggregates have to be known";
    for (int i = 0; i < delta->column_count; ++i) {
        const DeltaColumn &column = delta->columns[i];
        const bool counted = column.combine == Combine::count || column.combine == Combine::smallest ||
                             column.combine == Combine::largest || column.known_inputs >= 0;
        if (column.call != nullptr && column.call->aggfilter != nullptr && !counted)
            return psprintf("nothing counts the rows that pass the FILTER of %s()",
                            get_func_name(column.call->aggfnoid));
    }
    return nullptr;
}

// ---- the companion's columns

/** The aggregate `function` of the inputs of `call`. */
Aggref *same_inputs_of(const Aggref *call, Oid function, Oid result) {
    Aggref *other = pg::copy_node(call);
    other->aggfnoid = function;
    other->aggtype = result;
    other->aggtranstype = InvalidOid;
    other->aggcollid = InvalidOid;
    return other;
}

Aggref *count_of(const Aggref *call) {
    return same_inputs_of(call, F_COUNT_ANY, INT8OID);
}

Aggref *sum_of(const Aggref *average) {
    switch (exprType(argument_of(average))) {
    case INT2OID:
        return same_inputs_of(average, F_SUM_INT2, INT8OID);
    case INT4OID:
        return same_inputs_of(average, F_SUM_INT4, INT8OID);
    case INT8OID:
        return same_inputs_of(average, F_SUM_INT8, NUMERICOID);
    case NUMERICOID:
        return same_inputs_of(average, F_SUM_NUMERIC, NUMERICOID);
    default:
        return same_inputs_of(average, F_SUM_INTERVAL, INTERVALOID);
    }
}

Aggref *count_rows() {
    auto *call = makeNode(Aggref);
    call->aggfnoid = F_COUNT_;
    call->aggtype = INT8OID;
    call->aggstar = true;
    call->aggkind = AGGKIND_NORMAL;
    call->aggno = -1;
    call->aggtransno = -1;
    call->location = -1;
    return call;
}

/** The aggregates that `calls` follow from, each of which adds up; NIL if one does not. */
List *columns_for(List *calls) {
    List *columns = list_make1(count_rows());
    ListCell *cell;
    foreach (cell, calls) {
        auto *call = lfirst_node(Aggref, cell);
        const Combine kind = kind_of(call);
        if (kind == Combine::computed)
            return NIL;
        columns = list_append_unique(columns, kind == Combine::average ? sum_of(call) : call);
        if (kind != Combine::count && kind != Combine::smallest && kind != Combine::largest)
            columns = list_append_unique(columns, count_of(call));
    }
    return columns;
}

const char *free_column_name(List *entries, const char *wanted) {
    for (int number = 1;; ++number) {
        const char *name = psprintf("%s_%d", wanted, number);
        bool taken = false;
        ListCell *cell;
        foreach (cell, entries)
            taken = taken || strcmp(lfirst_node(TargetEntry, cell)->resname, name) == 0;
        if (!taken)
            return name;
    }
}

bool groups_by(const Query *query, Index reference) {
    ListCell *cell;
    foreach (cell, query->groupClause)
        if (reference != 0 && lfirst_node(SortGroupClause, cell)->tleSortGroupRef == reference)
            return true;
    return false;
}

/** Each output column that is no aggregate, under its name. False: one cannot be kept. */
bool keep_groups(const Query *query, Companion *companion) {
    Query *own = companion->query;
    own->targetList = NIL;
    ListCell *cell;
    foreach (cell, query->targetList) {
        TargetEntry *entry = pg::copy_node(lfirst_node(TargetEntry, cell));
        const bool grouped = groups_by(query, entry->ressortgroupref);
        if (contain_subplans(reinterpret_cast<Node *>(entry->expr)) || (entry->resjunk && grouped))
            return false;
        if (entry->resjunk || contain_aggs_of_level(reinterpret_cast<Node *>(entry->expr), 0))
            continue;
        if (!grouped)
            entry->ressortgroupref = 0;
        own->targetList = lappend(own->targetList, entry);
        entry->resno = static_cast<AttrNumber>(list_length(own->targetList));
        companion->groups = lappend(companion->groups, entry->expr);
    }
    return true;
}

void add_calls(Companion *companion) {
    Query *own = companion->query;
    ListCell *cell;
    foreach (cell, companion->calls) {
        auto *call = lfirst_node(Aggref, cell);
        const auto number = static_cast<AttrNumber>(list_length(own->targetList) + 1);
        const char *name = free_column_name(own->targetList, get_func_name(call->aggfnoid));
        own->targetList = lappend(own->targetList, makeTargetEntry(reinterpret_cast<Expr *>(pg::copy_node(call)),
                                                                   number, const_cast<char *>(name), false));
    }
}

/** Is any source maintained by adding to groups, and none by recomputing everything? */
bool adds_to_groups(const Query *query) {
    const Rule *rule = build_rule_for_query(pg::copy_node(query), NIL, CurrentMemoryContext);
    bool adds = false;
    ListCell *cell;
    foreach (cell, rule->sources) {
        const auto *source = static_cast<SourceRule *>(lfirst(cell));
        if (source->maintained && source->strategy == Strategy::full)
            return false;
        adds = adds || source->strategy == Strategy::delta;
    }
    return adds;
}

// ---- the query over the companion

struct Rewriting {
    const Companion *companion;
    bool failed = false;
};

Expr *column_at(int position, const Node *expression) {
    return reinterpret_cast<Expr *>(makeVar(1, static_cast<AttrNumber>(position + 1), exprType(expression),
                                            exprTypmod(expression), exprCollation(expression), 0));
}

int position_in(const List *expressions, const void *wanted) {
    const ListCell *cell;
    foreach (cell, expressions)
        if (equal(lfirst(cell), wanted))
            return foreach_current_index(cell);
    return -1;
}

/** The companion's column with that aggregate; nullptr: there is none. */
Expr *column_of(const Companion *companion, const Aggref *call) {
    const int position = position_in(companion->calls, call);
    return position < 0 ? nullptr
                        : column_at(list_length(companion->groups) + position, reinterpret_cast<const Node *>(call));
}

Expr *cast_to(Oid function, Oid type, Expr *value) {
    return reinterpret_cast<Expr *>(
        makeFuncExpr(function, type, list_make1(value), InvalidOid, InvalidOid, COERCE_EXPLICIT_CAST));
}

/** What avg() computes in the end; NULL without inputs, since the sum is. */
Expr *average_of(const Companion *companion, const Aggref *call) {
    const Aggref *sum_call = sum_of(call);
    Expr *sum = column_of(companion, sum_call);
    Expr *count = column_of(companion, count_of(call));
    if (sum == nullptr || count == nullptr)
        return nullptr;
    const bool interval = sum_call->aggtype == INTERVALOID;
    if (sum_call->aggtype == INT8OID)
        sum = cast_to(F_NUMERIC_INT8, NUMERICOID, sum);
    count = interval ? cast_to(F_FLOAT8_INT8, FLOAT8OID, count) : cast_to(F_NUMERIC_INT8, NUMERICOID, count);
    return reinterpret_cast<Expr *>(makeFuncExpr(interval ? F_INTERVAL_DIV : F_NUMERIC_DIV, call->aggtype,
                                                 list_make2(sum, count), InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

Node *rewrite(Node *node, void *argument) {
    auto *rewriting = static_cast<Rewriting *>(argument);
    if (node == nullptr || IsA(node, Const))
        return node;
    const int group = position_in(rewriting->companion->groups, node);
    if (group >= 0)
        return reinterpret_cast<Node *>(column_at(group, node));
    if (IsA(node, Aggref)) {
        const auto *call = castNode(Aggref, node);
        Expr *column = kind_of(call) == Combine::average ? average_of(rewriting->companion, call)
                                                         : column_of(rewriting->companion, call);
        rewriting->failed = rewriting->failed || column == nullptr;
        return reinterpret_cast<Node *>(column);
    }
    if (IsA(node, Var) || IsA(node, SubLink) || IsA(node, Param) || IsA(node, GroupingFunc) || IsA(node, Query)) {
        rewriting->failed = true;
        return node;
    }
    return compat::mutate_children(node, rewrite, argument);
}

/** The visible columns of `query`, and its HAVING, over the companion; false: something is not to be had there. */
bool compute_from(const Query *query, const Companion *companion, List **columns, Node **condition) {
    Rewriting rewriting{companion};
    *columns = NIL;
    ListCell *cell;
    foreach (cell, query->targetList) {
        const auto *entry = lfirst_node(TargetEntry, cell);
        if (entry->resjunk)
            continue;
        auto *value = reinterpret_cast<Expr *>(rewrite(reinterpret_cast<Node *>(entry->expr), &rewriting));
        *columns = lappend(*columns, makeTargetEntry(value, static_cast<AttrNumber>(list_length(*columns) + 1),
                                                     pstrdup(entry->resname), false));
    }
    *condition = rewrite(query->havingQual, &rewriting);
    return !rewriting.failed;
}

/** The clauses of an analyzed HAVING may be a list already; those of a WHERE are one expression. */
Node *as_expression(Node *condition) {
    return condition != nullptr && IsA(condition, List)
               ? reinterpret_cast<Node *>(make_ands_explicit(castNode(List, condition)))
               : condition;
}

bool has_plain_shape(const Query *query) {
    return query->commandType == CMD_SELECT && query->hasAggs && query->groupClause != NIL &&
           query->groupingSets == NIL && query->setOperations == nullptr && !query->hasWindowFuncs &&
           query->distinctClause == NIL && query->limitCount == nullptr && query->limitOffset == nullptr &&
           !query->hasTargetSRFs && !contain_subplans(query->havingQual);
}

} // namespace

Companion *find_companion(const Query *query) {
    const char *lack = has_plain_shape(query) ? find_lack(query) : nullptr;
    if (lack == nullptr)
        return nullptr;
    auto *companion = static_cast<Companion *>(palloc0(sizeof(Companion)));
    companion->reason = lack;
    companion->query = pg::copy_node(query);
    companion->query->havingQual = nullptr;
    companion->query->sortClause = NIL;
    companion->calls = columns_for(calls_of(query));
    List *columns = NIL;
    Node *condition = nullptr;
    if (companion->calls == NIL || !keep_groups(query, companion) ||
        !compute_from(query, companion, &columns, &condition))
        return nullptr;
    add_calls(companion);
    return adds_to_groups(companion->query) ? companion : nullptr;
}

Query *query_over_companion(const Query *query, const Companion *companion, Oid table) {
    const char *text = psprintf("SELECT * FROM %s", pg::qualified_name(table));
    Query *over = parse_analyze_fixedparams(linitial_node(RawStmt, pg_parse_query(text)), text, nullptr, 0, nullptr);
    Node *condition = nullptr;
    if (!compute_from(query, companion, &over->targetList, &condition))
        elog(ERROR, "the query does not follow from \"%s\"", get_rel_name(table));
    over->jointree->quals = as_expression(condition);
    return over;
}

} // namespace pgtv::plan
