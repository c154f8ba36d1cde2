// Recognizes derivations that only read the changed row. Pure.

#include "pg/postgres.hpp"
#include "plan/direct_key.hpp"

namespace pgtv::plan {
namespace {

/** The column of the changed row that output column `resno` of `query` is, if no other relation is read; else 0. */
AttrNumber direct_column(const Query *query, int resno) {
    if (query->setOperations != nullptr || list_length(query->jointree->fromlist) != 1 ||
        !IsA(linitial(query->jointree->fromlist), RangeTblRef))
        return 0;
    const Expr *expression = list_nth_node(TargetEntry, query->targetList, resno - 1)->expr;
    if (!IsA(expression, Var) || reinterpret_cast<const Var *>(expression)->varattno <= 0)
        return 0;
    const Var *var = reinterpret_cast<const Var *>(expression);
    const RangeTblEntry *rte = rt_fetch(linitial_node(RangeTblRef, query->jointree->fromlist)->rtindex, query->rtable);
    if (rte->rtekind == RTE_SUBQUERY)
        return direct_column(rte->subquery, var->varattno);
    return rte->rtekind == RTE_CTE ? var->varattno : static_cast<AttrNumber>(0);
}

} // namespace

AttrNumber *direct_columns(List *queries, int key_count) {
    AttrNumber *result = nullptr;
    const Size size = sizeof(AttrNumber) * static_cast<Size>(key_count);
    ListCell *cell;
    foreach (cell, queries) {
        AttrNumber *columns = static_cast<AttrNumber *>(palloc(size));
        for (int i = 0; i < key_count; ++i) {
            columns[i] = direct_column(lfirst_node(Query, cell), i + 1);
            if (columns[i] == 0)
                return nullptr;
        }
        if (result != nullptr && memcmp(result, columns, size) != 0)
            return nullptr;
        result = columns;
    }
    return result;
}

} // namespace pgtv::plan
