// Brings a query into the form described in normalized_query.hpp. Lifetime: everything lives in the current memory
// context; the input is never changed.

#include "pg/postgres.hpp"
#include "analysis/normalized_query.hpp"

namespace pgtv::analysis {
namespace {

void normalize_level(Query *query, List **relations);

// ---- CTEs

struct InlineContext {
    CommonTableExpr *cte;
    int levels_up; // how many levels the query being visited lies below the one that owns the CTE
};

void replace_reference(RangeTblEntry *rte, const InlineContext *context) {
    Query *body = static_cast<Query *>(copyObjectImpl(context->cte->ctequery));
    if (context->levels_up > 0)
        IncrementVarSublevelsUp(reinterpret_cast<Node *>(body), context->levels_up, 1);
    rte->rtekind = RTE_SUBQUERY;
    rte->subquery = body;
    rte->ctename = nullptr;
    rte->ctelevelsup = 0;
    rte->coltypes = NIL;
    rte->coltypmods = NIL;
    rte->colcollations = NIL;
}

bool inline_references(Node *node, void *argument) {
    InlineContext *context = static_cast<InlineContext *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, RangeTblEntry)) {
        RangeTblEntry *rte = castNode(RangeTblEntry, node);
        if (rte->rtekind == RTE_CTE && !rte->self_reference &&
            static_cast<int>(rte->ctelevelsup) == context->levels_up &&
            strcmp(rte->ctename, context->cte->ctename) == 0)
            replace_reference(rte, context);
        return false; // the walker goes into subqueries by itself
    }
    if (IsA(node, Query)) {
        ++context->levels_up;
        compat::walk_query(castNode(Query, node), inline_references, context, QTW_EXAMINE_RTES_BEFORE);
        --context->levels_up;
        return false;
    }
    return compat::walk_children(node, inline_references, context);
}

void inline_ctes(Query *query) {
    List *kept = NIL;
    ListCell *cell;
    foreach (cell, query->cteList) {
        CommonTableExpr *cte = lfirst_node(CommonTableExpr, cell);
        if (cte->cterecursive) {
            kept = lappend(kept, cte);
            continue;
        }
        InlineContext context{cte, 0};
        compat::walk_query(query, inline_references, &context, QTW_EXAMINE_RTES_BEFORE);
    }
    query->cteList = kept;
    query->hasRecursive = kept != NIL;
}

// ---- outer joins

/** Since PostgreSQL 16 a Var names the outer joins that may make it NULL. */
template <typename AnyVar>
void forget_joins_of(AnyVar *var) {
    if constexpr (requires { var->varnullingrels; })
        var->varnullingrels = nullptr;
}

/**
 * The plan stage looks after outer joins by itself, the same for all versions: a column is equal to itself, and an
 * expression reads only the tables it names.
 */
bool forget_nulling_joins(Node *node, void *argument) {
    if (node == nullptr)
        return false;
    if (IsA(node, Var))
        forget_joins_of(castNode(Var, node));
    if (IsA(node, Query))
        return compat::walk_query(castNode(Query, node), forget_nulling_joins, argument, 0);
    return compat::walk_children(node, forget_nulling_joins, argument);
}

// ---- views and subqueries

/** Names the output columns of a subquery as the level above does. */
void adopt_column_names(RangeTblEntry *rte) {
    ListCell *name_cell = list_head(rte->eref->colnames);
    ListCell *cell;
    foreach (cell, rte->subquery->targetList) {
        TargetEntry *entry = lfirst_node(TargetEntry, cell);
        if (entry->resjunk || name_cell == nullptr)
            continue;
        if (strVal(lfirst(name_cell))[0] != '\0')
            entry->resname = pstrdup(strVal(lfirst(name_cell)));
        name_cell = lnext(rte->eref->colnames, name_cell);
    }
    rte->alias = makeAlias(rte->eref->aliasname, NIL);
}

void expand_view(RangeTblEntry *rte) {
    rte->subquery = query_of_view(rte->relid);
    (void)forget_nulling_joins(reinterpret_cast<Node *>(rte->subquery), nullptr);
    rte->rtekind = RTE_SUBQUERY;
    rte->relid = InvalidOid;
    rte->relkind = 0;
    rte->inh = false;
}

void normalize_range_table(Query *query, List **relations) {
    ListCell *cell;
    foreach (cell, query->rtable) {
        RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);
        if (rte->rtekind == RTE_RELATION && rte->inFromCl) {
            *relations = list_append_unique_oid(*relations, rte->relid);
            if (rte->relkind == RELKIND_VIEW)
                expand_view(rte);
        }
        if (rte->rtekind == RTE_SUBQUERY) {
            normalize_level(rte->subquery, relations);
            adopt_column_names(rte);
        }
    }
    foreach (cell, query->cteList) // only recursive ones are left
        normalize_level(castNode(Query, lfirst_node(CommonTableExpr, cell)->ctequery), relations);
}

bool normalize_sublinks(Node *node, void *argument) {
    if (node == nullptr)
        return false;
    if (IsA(node, SubLink)) {
        SubLink *link = castNode(SubLink, node);
        normalize_level(castNode(Query, link->subselect), static_cast<List **>(argument));
        return normalize_sublinks(link->testexpr, argument);
    }
    if (IsA(node, Query))
        return false;
    return compat::walk_children(node, normalize_sublinks, argument);
}

// ---- join aliases

template <typename NodeType>
NodeType *flattened(Query *query, NodeType *node) {
    if (node == nullptr)
        return nullptr;
    return reinterpret_cast<NodeType *>(compat::flatten_join_vars(query, reinterpret_cast<Node *>(node)));
}

void flatten_jointree(Query *query, Node *node) {
    if (node == nullptr || IsA(node, RangeTblRef))
        return;
    if (IsA(node, FromExpr)) {
        FromExpr *from = castNode(FromExpr, node);
        ListCell *cell;
        foreach (cell, from->fromlist)
            flatten_jointree(query, static_cast<Node *>(lfirst(cell)));
        from->quals = flattened(query, from->quals);
        return;
    }
    JoinExpr *join = castNode(JoinExpr, node);
    flatten_jointree(query, join->larg);
    flatten_jointree(query, join->rarg);
    join->quals = flattened(query, join->quals);
}

void flatten_range_table(Query *query) {
    ListCell *cell;
    foreach (cell, query->rtable) {
        RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);
        if (rte->rtekind == RTE_SUBQUERY && rte->lateral)
            rte->subquery = flattened(query, rte->subquery);
        else if (rte->rtekind == RTE_FUNCTION)
            rte->functions = flattened(query, rte->functions);
        else if (rte->rtekind == RTE_TABLEFUNC)
            rte->tablefunc = flattened(query, rte->tablefunc);
        else if (rte->rtekind == RTE_VALUES)
            rte->values_lists = flattened(query, rte->values_lists);
    }
}

void resolve_aliases(Query *query) {
    compat::flatten_grouping_relation(query);
    query->targetList = flattened(query, query->targetList);
    query->havingQual = flattened(query, query->havingQual);
    flatten_jointree(query, reinterpret_cast<Node *>(query->jointree));
    flatten_range_table(query);
}

void normalize_level(Query *query, List **relations) {
    check_stack_depth();
    inline_ctes(query);
    resolve_aliases(query);
    normalize_range_table(query, relations);
    compat::walk_query(query, normalize_sublinks, relations, QTW_IGNORE_RT_SUBQUERIES | QTW_IGNORE_CTE_SUBQUERIES);
}

} // namespace

Query *query_of_view(Oid view) {
    Relation relation = relation_open(view, AccessShareLock);
    Query *query = static_cast<Query *>(copyObjectImpl(get_view_query(relation)));
    relation_close(relation, NoLock);
    return query;
}

Query *normalize(const Query *query, List **relations) {
    Query *result = static_cast<Query *>(copyObjectImpl(query));
    (void)forget_nulling_joins(reinterpret_cast<Node *>(result), nullptr);
    normalize_level(result, relations);
    return result;
}

} // namespace pgtv::analysis
