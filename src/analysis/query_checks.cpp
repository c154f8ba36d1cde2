// Whether a query may be a TVIEW: the walk over it and over the views and function bodies it reads, and what is
// refused about a query as such. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg_tviews/analysis.hpp"

#include "analysis/check_state.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::analysis {
namespace {

void check_clauses(const Query *query) {
    if (query->hasModifyingCTE || query->commandType != CMD_SELECT)
        raise(Unsupported{"a tview query must not modify data", "The query runs at every maintenance of the TVIEW.",
                          "Leave only SELECT in the query, its WITH clauses and the functions it calls."});
    if (query->rowMarks != NIL)
        raise(Unsupported{"a tview query must not contain FOR UPDATE or FOR SHARE",
                          "Every maintenance of the TVIEW would lock the rows it reads.",
                          "Leave the locking clause out."});
}

void check_types(List *types, Checks *checks) {
    ListCell *cell;
    foreach (cell, types)
        check_parsed_type(lfirst_oid(cell), checks);
}

void check_entry(const RangeTblEntry *entry, Checks *checks) {
    ListCell *cell;
    switch (entry->rtekind) {
    case RTE_RELATION:
        check_relation(entry, checks);
        break;
    case RTE_FUNCTION:
        foreach (cell, entry->functions)
            check_types(lfirst_node(RangeTblFunction, cell)->funccoltypes, checks);
        break;
    case RTE_TABLEFUNC:
        check_types(entry->coltypes, checks);
        break;
    default:
        break;
    }
}

/** A system column, whichever relation it is read through: rows move, and nothing tells us. */
void check_column(const Var *var, const Checks *checks) {
    if (var->varattno >= 0)
        return;
    const RangeTblEntry *entry = find_range_table_entry(checks->level, var);
    if (entry == nullptr || entry->rtekind != RTE_RELATION)
        return;
    raise(Unsupported{psprintf("a tview query must not read system column \"%s\"",
                               NameStr(SystemAttributeDefinition(var->varattno)->attname)),
                      "System columns change without a change of the row's contents.",
                      "Read the columns of the table only, its primary key to identify a row."});
}

void check_parameter(const Param *parameter, const Checks *checks) {
    if (parameter->paramkind != PARAM_EXTERN || checks->in_body)
        return;
    raise(Unsupported{"a tview query must not contain parameters",
                      "The value of a parameter or a procedural variable is not kept with the TVIEW.",
                      "Write the value as a constant, with format() and EXECUTE in procedural code."});
}

void check_query_level(Query *query, const Checks *checks) {
    check_stack_depth();
    const QueryLevel level{query, checks->level};
    Checks inner = *checks;
    inner.level = &level;
    check_clauses(query);
    ListCell *cell;
    foreach (cell, query->rtable)
        check_entry(lfirst_node(RangeTblEntry, cell), &inner);
    (void)compat::walk_query(query, check_node, &inner, 0);
}

void walk(const Query *query, Freshness freshness, Oid owner, bool *unstable) {
    DoneObjects done{NIL, NIL, NIL};
    Checks checks{.freshness = freshness,
                  .owner = owner,
                  .user = owner,
                  .view = InvalidOid,
                  .in_body = false,
                  .reads_nothing = nullptr,
                  .trusts_functions = false,
                  .level = nullptr,
                  .done = &done,
                  .unstable = unstable};
    (void)check_node(reinterpret_cast<Node *>(const_cast<Query *>(query)), &checks);
}

} // namespace

bool check_node(Node *node, void *argument) {
    auto *checks = static_cast<Checks *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Query)) {
        check_query_level(reinterpret_cast<Query *>(node), checks);
        return false;
    }
    if (IsA(node, Var))
        check_column(reinterpret_cast<Var *>(node), checks);
    else if (IsA(node, Param))
        check_parameter(reinterpret_cast<Param *>(node), checks);
    else
        check_calls(node, checks);
    return compat::walk_children(node, check_node, argument);
}

void check_query(const Query *query, Freshness freshness, Oid owner) {
    walk(query, freshness, owner, nullptr);
}

bool follows_sources(const Query *query, Oid owner) {
    bool unstable = false;
    walk(query, Freshness::on_request, owner, &unstable);
    return !unstable;
}

} // namespace pgtv::analysis
