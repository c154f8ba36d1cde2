// Collects the Vars of one relation over all levels of a normalized query.

#include "pg/postgres.hpp"
#include "plan/watched_columns.hpp"

namespace pgtv::plan {
namespace {

struct Reader {
    Oid relid;
    Bitmapset **columns;
    bool *whole_row;
    List *queries; // innermost first
};

bool read_vars(Node *node, void *argument) {
    Reader *reader = static_cast<Reader *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Var)) {
        const Var *var = castNode(Var, node);
        const Query *query = static_cast<Query *>(list_nth(reader->queries, static_cast<int>(var->varlevelsup)));
        const RangeTblEntry *rte = rt_fetch(var->varno, query->rtable);
        if (rte->rtekind != RTE_RELATION || rte->relid != reader->relid)
            return false;
        if (var->varattno > 0)
            *reader->columns = bms_add_member(*reader->columns, var->varattno);
        else if (var->varattno == 0)
            *reader->whole_row = true;
        return false;
    }
    if (IsA(node, Query)) {
        reader->queries = lcons(node, reader->queries);
        compat::walk_query(castNode(Query, node), read_vars, reader, QTW_IGNORE_JOINALIASES);
        reader->queries = list_delete_first(reader->queries);
        return false;
    }
    return compat::walk_children(node, read_vars, reader);
}

} // namespace

void read_columns(Query *query, Oid relid, Bitmapset **columns, bool *whole_row) {
    Reader reader{relid, columns, whole_row, NIL};
    read_vars(reinterpret_cast<Node *>(query), &reader);
}

} // namespace pgtv::plan
