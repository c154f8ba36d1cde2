// Takes the FROM clause apart. Pure function of the catalogs; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/lookup_builder.hpp"

#include "pg/nodes.hpp"
#include "plan/occurrence.hpp"

namespace pgtv::plan {
namespace {

/** Rows of one table only, all of which a query of the owner would see. */
bool is_lone_table(const RangeTblEntry *rte) {
    if (rte->rtekind != RTE_RELATION || rte->tablesample != nullptr || rte->securityQuals != NIL)
        return false;
    const Relation relation = relation_open(rte->relid, AccessShareLock);
    const bool lone = relation->rd_rel->relkind == RELKIND_RELATION && !relation->rd_rel->relrowsecurity &&
                      (!rte->inh || !relation->rd_rel->relhassubclass);
    relation_close(relation, AccessShareLock);
    return lone;
}

const SubLink *as_exists(const Node *node) {
    return IsA(node, SubLink) && reinterpret_cast<const SubLink *>(node)->subLinkType == EXISTS_SUBLINK
               ? reinterpret_cast<const SubLink *>(node)
               : nullptr;
}

} // namespace

bool only_joins(const Query *query) {
    return query->commandType == CMD_SELECT && query->setOperations == nullptr && query->groupClause == NIL &&
           query->groupingSets == NIL && query->havingQual == nullptr && query->distinctClause == NIL &&
           query->limitCount == nullptr && query->limitOffset == nullptr && query->rowMarks == NIL &&
           query->cteList == NIL && !query->hasAggs && !query->hasWindowFuncs && !query->hasTargetSRFs;
}

bool LookupBuilder::collect_leaf(int rtindex, LookupLevel *level, Group *group, bool nullable) {
    const RangeTblEntry *rte = rt_fetch(rtindex, level->query->rtable);
    if (rte->rtekind == RTE_SUBQUERY && !rte->security_barrier && only_joins(rte->subquery)) {
        level->inner[rtindex] = make_level(rte->subquery, level, nullable);
        return collect(reinterpret_cast<Node *>(rte->subquery->jointree), level->inner[rtindex], group, nullable);
    }
    const bool given = rtindex == given_ && level->around == nullptr;
    if (given ? nullable : !is_lone_table(rte))
        return false;
    level->leaves[rtindex] = columns_->add_leaf(rte->relid);
    if (given)
        given_leaf_ = level->leaves[rtindex];
    else
        group->leaves = lappend_int(group->leaves, level->leaves[rtindex]);
    return true;
}

bool LookupBuilder::collect_join(const JoinExpr *join, LookupLevel *level, Group *group, bool nullable) {
    if (join->jointype == JOIN_INNER)
        return collect(join->larg, level, group, nullable) && collect(join->rarg, level, group, nullable) &&
               take_clauses(join->quals, level, group);
    if (join->jointype != JOIN_LEFT && join->jointype != JOIN_RIGHT)
        return false;
    const bool left = join->jointype == JOIN_LEFT;
    auto *part = static_cast<Part *>(palloc0(sizeof(Part)));
    part->kind = LookupKind::optional;
    if (!collect(left ? join->larg : join->rarg, level, group, nullable) ||
        !collect(left ? join->rarg : join->larg, level, &part->group, true) ||
        !take_clauses(join->quals, level, &part->group))
        return false;
    group->parts = lappend(group->parts, part);
    return true;
}

bool LookupBuilder::collect(Node *tree, LookupLevel *level, Group *group, bool nullable) {
    check_stack_depth();
    if (IsA(tree, RangeTblRef))
        return collect_leaf(castNode(RangeTblRef, tree)->rtindex, level, group, nullable);
    if (IsA(tree, JoinExpr))
        return collect_join(castNode(JoinExpr, tree), level, group, nullable);
    ListCell *cell;
    foreach (cell, castNode(FromExpr, tree)->fromlist)
        if (!collect(static_cast<Node *>(lfirst(cell)), level, group, nullable))
            return false;
    return take_clauses(castNode(FromExpr, tree)->quals, level, group);
}

bool LookupBuilder::take_subquery(const SubLink *link, LookupKind kind, const LookupLevel *level, Group *group) {
    Query *query = castNode(Query, link->subselect);
    if (!only_joins(query))
        return false;
    auto *part = static_cast<Part *>(palloc0(sizeof(Part)));
    part->kind = kind;
    group->parts = lappend(group->parts, part);
    return collect(reinterpret_cast<Node *>(query->jointree), make_level(query, level, false), &part->group, false);
}

bool LookupBuilder::take_clauses(Node *quals, const LookupLevel *level, Group *group) {
    ListCell *cell;
    foreach (cell, conjuncts(quals)) {
        Node *node = static_cast<Node *>(lfirst(cell));
        const SubLink *absent =
            is_notclause(node) ? as_exists(reinterpret_cast<Node *>(get_notclausearg(node))) : nullptr;
        const SubLink *present = as_exists(node);
        if (present != nullptr || absent != nullptr) {
            const LookupKind kind = present != nullptr ? LookupKind::exists : LookupKind::missing;
            if (!take_subquery(present != nullptr ? present : absent, kind, level, group))
                return false;
            continue;
        }
        Expr *expression = columns_->rewrite(node, level);
        if (expression == nullptr)
            return false;
        Bitmapset *leaves = columns_->leaves_read(reinterpret_cast<Node *>(expression));
        group->clauses = lappend(group->clauses, pg::make(Clause{expression, leaves}));
    }
    return true;
}

} // namespace pgtv::plan
