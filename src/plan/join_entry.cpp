// A join's entry lists the live columns of both sides. Nothing refers to them (references to joins have been resolved),
// but the deparser walks them to keep names unique.

#include "pg/postgres.hpp"
#include "plan/join_entry.hpp"

namespace pgtv::plan {
namespace {

struct SideColumns {
    List *numbers = NIL; // attribute numbers in the side
    List *names = NIL;   // String
    List *vars = NIL;    // Var
};

void add_column(SideColumns *side, int rtindex, int attno, char *name) {
    side->numbers = lappend_int(side->numbers, attno);
    side->names = lappend(side->names, makeString(name));
    side->vars = lappend(side->vars, makeVar(rtindex, static_cast<AttrNumber>(attno), INT4OID, -1, InvalidOid, 0));
}

void add_table_columns(SideColumns *side, int rtindex, Oid relid) {
    const Relation relation = relation_open(relid, AccessShareLock);
    const TupleDesc columns = RelationGetDescr(relation);
    for (int i = 0; i < columns->natts; ++i)
        if (!TupleDescAttr(columns, i)->attisdropped)
            add_column(side, rtindex, i + 1, pstrdup(NameStr(TupleDescAttr(columns, i)->attname)));
    relation_close(relation, NoLock);
}

SideColumns side_columns(const Node *node, List *rtable) {
    SideColumns side;
    const int rtindex = IsA(node, JoinExpr) ? reinterpret_cast<const JoinExpr *>(node)->rtindex
                                            : reinterpret_cast<const RangeTblRef *>(node)->rtindex;
    const RangeTblEntry *rte = rt_fetch(rtindex, rtable);
    if (rte->rtekind == RTE_RELATION) {
        add_table_columns(&side, rtindex, rte->relid);
        return side;
    }
    int attno = 0;
    ListCell *cell;
    foreach (cell, rte->eref->colnames) {
        ++attno;
        if (strVal(lfirst(cell))[0] != '\0')
            add_column(&side, rtindex, attno, strVal(lfirst(cell)));
    }
    if (rte->rtekind == RTE_JOIN)
        side.vars = list_copy(rte->joinaliasvars);
    return side;
}

} // namespace

RangeTblEntry *unused_entry() {
    RangeTblEntry *rte = makeNode(RangeTblEntry);
    rte->rtekind = RTE_RESULT;
    rte->eref = makeAlias("tv_unused", NIL);
    return rte;
}

JoinExpr *make_join(JoinType type, Node *left, Node *right, List **rtable) {
    const SideColumns left_columns = side_columns(left, *rtable);
    const SideColumns right_columns = side_columns(right, *rtable);
    RangeTblEntry *rte = makeNode(RangeTblEntry);
    rte->rtekind = RTE_JOIN;
    rte->jointype = type;
    rte->joinleftcols = left_columns.numbers;
    rte->joinrightcols = right_columns.numbers;
    rte->joinaliasvars = list_concat_copy(left_columns.vars, right_columns.vars);
    rte->eref = makeAlias("unnamed_join", list_concat_copy(left_columns.names, right_columns.names));
    rte->inFromCl = true;
    *rtable = lappend(*rtable, rte);
    JoinExpr *join = makeNode(JoinExpr);
    join->jointype = type;
    join->larg = left;
    join->rarg = right;
    join->rtindex = list_length(*rtable);
    return join;
}

Node *rebuild_tree(Node *tree, List **rtable) {
    if (IsA(tree, RangeTblRef))
        return tree;
    const JoinExpr *join = castNode(JoinExpr, tree);
    JoinExpr *fresh =
        make_join(join->jointype, rebuild_tree(join->larg, rtable), rebuild_tree(join->rarg, rtable), rtable);
    fresh->quals = join->quals;
    return reinterpret_cast<Node *>(fresh);
}

void rebuild_joins(Query *query) {
    ListCell *cell;
    foreach (cell, query->rtable)
        if (lfirst_node(RangeTblEntry, cell)->rtekind == RTE_JOIN)
            lfirst(cell) = unused_entry();
    foreach (cell, query->jointree->fromlist)
        lfirst(cell) = rebuild_tree(static_cast<Node *>(lfirst(cell)), &query->rtable);
}

} // namespace pgtv::plan
