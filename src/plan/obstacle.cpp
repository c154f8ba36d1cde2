// Explains in the user's terms what stands between a source and the keyed strategy.

#include "pg/postgres.hpp"
#include "pg/identity.hpp"
#include "plan/level.hpp"
#include "plan/obstacle.hpp"
#include "plan/output_columns.hpp"
#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

bool has_common_partition(const Query *query) {
    ListCell *cell;
    foreach (cell, query->windowClause)
        if (lfirst_node(WindowClause, cell)->partitionClause == NIL)
            return false;
    return true;
}

/** An obstacle in the level itself, whatever way leads through it. */
bool level_obstacle(const Query *query, Advice *advice) {
    if (query->limitCount != nullptr || query->limitOffset != nullptr) {
        *advice = {"LIMIT or OFFSET lets one row displace any other",
                   "Number the rows with row_number() per group instead, or limit when reading the TVIEW."};
        return true;
    }
    if (is_plain_aggregate(query)) {
        *advice = {query->groupingSets != NIL ? "no column is in all grouping sets"
                                              : "an aggregate without GROUP BY depends on every row",
                   "Group by a column and keep it in the output."};
        return true;
    }
    if (query->hasWindowFuncs && !has_common_partition(query)) {
        *advice = {"a window without PARTITION BY depends on every row",
                   "Give every window the same PARTITION BY column and keep it in the output."};
        return true;
    }
    return false;
}

bool sublink_obstacle(const Step *step, Advice *advice) {
    if (refers_above(step->link->subselect, 0))
        return false;
    if (step->link->subLinkType == ANY_SUBLINK && step->clause != nullptr)
        return false;
    if (step->link->subLinkType == ANY_SUBLINK || step->link->subLinkType == ALL_SUBLINK)
        *advice = {"NOT IN and ALL can change every row when a NULL or the first row comes",
                   "Use NOT EXISTS with a condition that ties the subquery to the outer row."};
    else
        *advice = {"a subquery that is not tied to the outer row can change every row",
                   "Correlate the subquery with the outer row by an equality."};
    return true;
}

Query *next_level(Query *query, const Step *step) {
    if (step->kind == StepKind::sublink)
        return castNode(Query, step->link->subselect);
    return rt_fetch(step->rtindex, query->rtable)->subquery;
}

// ---- indexes

struct IndexSearch {
    const Query *query;
    StringInfoData advice;
};

void advise(StringInfo advice, Oid relid, AttrNumber attno) {
    const char relkind = get_rel_relkind(relid);
    if ((relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE && relkind != RELKIND_MATVIEW) ||
        has_index_on(relid, attno))
        return;
    const char *text = psprintf("CREATE INDEX ON %s (%s)", pg::qualified_name(relid),
                                quote_identifier(get_attname(relid, attno, false)));
    if (strstr(advice->data, text) == nullptr)
        appendStringInfo(advice, "%s%s", advice->len > 0 ? "; " : "", text);
}

/** Column = something else: where the column's table has no index on it, looking it up scans the table. */
bool search_conditions(Node *node, void *argument) {
    IndexSearch *search = static_cast<IndexSearch *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Query)) {
        const Query *outer = search->query;
        search->query = castNode(Query, node);
        compat::walk_query(castNode(Query, node), search_conditions, search, 0);
        search->query = outer;
        return false;
    }
    if (is_opclause(node) && get_mergejoin_opfamilies(castNode(OpExpr, node)->opno) != NIL) {
        ListCell *cell;
        foreach (cell, castNode(OpExpr, node)->args) {
            const Node *operand = static_cast<Node *>(lfirst(cell));
            if (!IsA(operand, Var) || reinterpret_cast<const Var *>(operand)->varlevelsup != 0)
                continue;
            const Var *var = reinterpret_cast<const Var *>(operand);
            const RangeTblEntry *rte = rt_fetch(var->varno, search->query->rtable);
            if (rte->rtekind == RTE_RELATION && var->varattno > 0)
                advise(&search->advice, rte->relid, var->varattno);
        }
    }
    return compat::walk_children(node, search_conditions, search);
}

// ---- output that depends on the plan

bool collects_unordered(Node *node, void *argument) {
    List **names = static_cast<List **>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Aggref) && castNode(Aggref, node)->aggorder == NIL && castNode(Aggref, node)->aggdistinct == NIL) {
        const char *name = get_func_name(castNode(Aggref, node)->aggfnoid);
        for (const char *sensitive : {"array_agg", "string_agg", "json_agg", "jsonb_agg", "json_object_agg",
                                      "jsonb_object_agg", "xmlagg", "json_agg_strict", "jsonb_agg_strict"})
            if (strcmp(name, sensitive) == 0)
                *names = lappend(*names, pstrdup(name));
    }
    if (IsA(node, Query))
        return compat::walk_query(castNode(Query, node), collects_unordered, argument, 0);
    return compat::walk_children(node, collects_unordered, argument);
}

} // namespace

Advice find_obstacle(Query *query, const Occurrence *occurrence) {
    Advice advice{"no output column tells which rows are affected",
                  "Keep a key of the table, or the columns by which it is joined or grouped, in the output."};
    ListCell *cell;
    foreach (cell, occurrence->path) {
        const Step *step = static_cast<Step *>(lfirst(cell));
        if (step->kind == StepKind::recursion)
            return {"WITH RECURSIVE can change any row", nullptr};
        if (step->kind == StepKind::elsewhere)
            return {"the table is read where no row of the output can be told from it (LIMIT, VALUES, a function)",
                    nullptr};
        if (query->setOperations == nullptr && level_obstacle(query, &advice))
            return advice;
        if (step->kind == StepKind::sublink && sublink_obstacle(step, &advice))
            return advice;
        if (step->kind == StepKind::relation)
            break;
        query = next_level(query, step);
    }
    return advice;
}

const char *index_advice(Query *query, List *derivations, List *key) {
    IndexSearch search{};
    initStringInfo(&search.advice);
    ListCell *cell;
    foreach (cell, derivations)
        search_conditions(static_cast<Node *>(lfirst(cell)), &search);
    bool covered = false;
    foreach (cell, key) {
        const Origin origin = origin_of(query, lfirst_int(cell));
        covered = covered || (OidIsValid(origin.relid) && has_index_on(origin.relid, origin.attno));
    }
    if (!covered && key != NIL) {
        const Origin origin = origin_of(query, linitial_int(key));
        if (OidIsValid(origin.relid))
            advise(&search.advice, origin.relid, origin.attno);
    }
    return search.advice.len > 0 ? psprintf("An index would help: %s.", search.advice.data) : nullptr;
}

List *plan_dependent_output(Query *query) {
    List *names = NIL;
    List *notices = NIL;
    collects_unordered(reinterpret_cast<Node *>(query), &names);
    ListCell *cell;
    foreach (cell, names)
        notices = lappend(notices, psprintf("the result of %s() depends on the order of its input; "
                                            "write ORDER BY inside the call to make it definite",
                                            static_cast<char *>(lfirst(cell))));
    return notices;
}

} // namespace pgtv::plan
