// Writes the query without its grouping, so that single rows of a group can be looked for. Pure; memory: the current
// context.

#include "pg/postgres.hpp"
#include "plan/members.hpp"

#include "pg/nodes.hpp"
#include "plan/delta_columns.hpp"
#include "plan/derivation_text.hpp"
#include "plan/join_entry.hpp"

namespace pgtv::plan {
namespace {

Expr *null_of(Oid type) {
    return reinterpret_cast<Expr *>(makeNullConst(type, -1, get_typcollation(type)));
}

/** What the aggregate takes of a row, NULL where its FILTER says no. */
Expr *input_of(const Aggref *call) {
    Node *argument = argument_of(call);
    if (argument == nullptr || call->aggfilter == nullptr)
        return argument == nullptr ? null_of(BOOLOID) : reinterpret_cast<Expr *>(pg::copy_node(argument));
    auto *filtered = makeNode(CaseExpr);
    auto *branch = makeNode(CaseWhen);
    branch->expr = pg::copy_node(call->aggfilter);
    branch->result = reinterpret_cast<Expr *>(pg::copy_node(argument));
    branch->location = -1;
    filtered->casetype = exprType(argument);
    filtered->casecollid = exprCollation(argument);
    filtered->args = list_make1(branch);
    filtered->defresult = null_of(filtered->casetype);
    filtered->location = -1;
    return reinterpret_cast<Expr *>(filtered);
}

} // namespace

const char *members_text(const Query *original, const DeltaPlan *delta) {
    Query *query = pg::copy_node(original);
    query->targetList = NIL;
    for (int i = 0; i < delta->column_count; ++i) {
        const DeltaColumn &column = delta->columns[i];
        const bool key = column.combine == Combine::key;
        Expr *expression = key ? pg::copy_node(list_nth_node(TargetEntry, original->targetList, i)->expr)
                               : (column.call != nullptr ? input_of(column.call) : null_of(BOOLOID));
        const auto number = static_cast<AttrNumber>(i + 1);
        query->targetList =
            lappend(query->targetList, makeTargetEntry(expression, number, psprintf("c%d", i + 1), false));
    }
    query->groupClause = NIL;
    query->havingQual = nullptr;
    query->sortClause = NIL;
    query->hasAggs = false;
    rebuild_joins(query);
    ImageColumns needs{NIL, NIL};
    const DerivationText text = derivation_text(list_make1(query), NIL, &needs);
    return verify_text(text, &needs) == nullptr ? text.sql : nullptr;
}

} // namespace pgtv::plan
