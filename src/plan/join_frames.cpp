// Numbers the readings of a derivation query and finds out which leaves depend on which subqueries. Pure.

#include "pg/postgres.hpp"
#include "plan/join_frames.hpp"
#include "pg/nodes.hpp"
#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

constexpr const char *delta_prefix = "tv_delta_";

/** Derivation queries only join, filter and unite: nothing displaces rows (materialize.cpp). */
bool is_plain(const Query *query) {
    return query->commandType == CMD_SELECT && query->groupClause == NIL && query->groupingSets == NIL &&
           query->havingQual == nullptr && !query->hasAggs && !query->hasWindowFuncs && !query->hasTargetSRFs &&
           query->distinctClause == NIL && query->limitCount == nullptr && query->limitOffset == nullptr &&
           query->cteList == NIL;
}

/** Range-table indexes of the branches; NIL: it is not UNION ALL throughout. */
List *union_branches(Node *node) {
    if (IsA(node, RangeTblRef))
        return list_make1_int(castNode(RangeTblRef, node)->rtindex);
    const SetOperationStmt *operation = castNode(SetOperationStmt, node);
    if (operation->op != SETOP_UNION || !operation->all)
        return NIL;
    List *left = union_branches(operation->larg);
    List *right = union_branches(operation->rarg);
    return left == NIL || right == NIL ? NIL : list_concat(left, right);
}

int take_branch(Branches *branches, int count) {
    if (branches->position == list_length(branches->taken)) {
        branches->taken = lappend_int(branches->taken, 0);
        branches->counts = lappend_int(branches->counts, count);
    }
    return list_nth_int(branches->taken, branches->position++);
}

class Builder {
public:
    Builder(Branches *branches, List **readings) : branches_(branches), readings_(readings) {}
    Frame *level(Query *query, const Frame *around);

private:
    Frame *branch(Query *query, const Frame *around);
    bool leaf(int rtindex, Frame *frame);
    bool leaves(Node *node, Frame *frame);
    bool side(Node *node, bool *kept, Frame *frame);
    void note_filters(Node *node, Frame *frame, Relids with, bool required);

    Branches *branches_;
    List **readings_;
};

Frame *new_frame(Query *query, const Frame *around) {
    const Size count = static_cast<Size>(list_length(query->rtable)) + 1;
    Frame *frame = static_cast<Frame *>(palloc0(sizeof(Frame)));
    frame->around = around;
    frame->query = query;
    frame->readings = static_cast<int *>(palloc0(sizeof(int) * count));
    frame->inner = static_cast<Frame **>(palloc0(sizeof(Frame *) * count));
    frame->required = true;
    return frame;
}

Frame *Builder::level(Query *query, const Frame *around) {
    check_stack_depth();
    if (!is_plain(query))
        return nullptr;
    if (query->setOperations != nullptr)
        return branch(query, around);
    Frame *frame = new_frame(query, around);
    frame->nullable = nullable_leaves(query);
    Node *tree = reinterpret_cast<Node *>(query->jointree);
    if (!leaves(tree, frame))
        return nullptr;
    note_filters(tree, frame, nullptr, true);
    return frame;
}

/** The level of the set operation has no relations of its own; what is inside goes by the branch. */
Frame *Builder::branch(Query *query, const Frame *around) {
    List *all = union_branches(query->setOperations);
    if (all == NIL)
        return nullptr;
    Frame *operation = new_frame(query, around);
    const int rtindex = list_nth_int(all, take_branch(branches_, list_length(all)));
    operation->inner[rtindex] = level(rt_fetch(rtindex, query->rtable)->subquery, operation);
    return operation->inner[rtindex] == nullptr ? nullptr : operation;
}

bool Builder::leaf(int rtindex, Frame *frame) {
    RangeTblEntry *entry = rt_fetch(rtindex, frame->query->rtable);
    switch (entry->rtekind) {
    case RTE_SUBQUERY:
        frame->inner[rtindex] = level(entry->subquery, frame);
        return frame->inner[rtindex] != nullptr;
    case RTE_RELATION:
    case RTE_FUNCTION:
    case RTE_TABLEFUNC:
    case RTE_VALUES:
    case RTE_RESULT:
        break;
    case RTE_CTE:
        if (strncmp(entry->ctename, delta_prefix, strlen(delta_prefix)) == 0)
            break;
        return false;
    default:
        return false;
    }
    *readings_ = lappend(*readings_, pg::make(Reading{entry, entry->rtekind == RTE_CTE,
                                                      entry->rtekind != RTE_CTE && entry->rtekind != RTE_RELATION}));
    frame->readings[rtindex] = list_length(*readings_);
    return true;
}

bool Builder::leaves(Node *node, Frame *frame) {
    if (IsA(node, RangeTblRef))
        return leaf(castNode(RangeTblRef, node)->rtindex, frame);
    if (IsA(node, JoinExpr))
        return leaves(castNode(JoinExpr, node)->larg, frame) && leaves(castNode(JoinExpr, node)->rarg, frame);
    ListCell *cell;
    foreach (cell, castNode(FromExpr, node)->fromlist)
        if (!leaves(static_cast<Node *>(lfirst(cell)), frame))
            return false;
    return true;
}

Relids leaves_below(Node *node) {
    if (IsA(node, RangeTblRef))
        return bms_make_singleton(castNode(RangeTblRef, node)->rtindex);
    if (IsA(node, JoinExpr))
        return bms_join(leaves_below(castNode(JoinExpr, node)->larg), leaves_below(castNode(JoinExpr, node)->rarg));
    Relids result = nullptr;
    ListCell *cell;
    foreach (cell, castNode(FromExpr, node)->fromlist)
        result = bms_join(result, leaves_below(static_cast<Node *>(lfirst(cell))));
    return result;
}

/** `with`: leaves around that do not matter without a row of `node`; `required`: the level's rows do not, either. */
void Builder::note_filters(Node *node, Frame *frame, Relids with, bool required) {
    if (IsA(node, RangeTblRef)) {
        Frame *inner = frame->inner[castNode(RangeTblRef, node)->rtindex];
        if (inner != nullptr) {
            inner->filters = with;
            inner->required = required;
        }
        return;
    }
    if (IsA(node, FromExpr)) {
        const Relids all = bms_union(with, leaves_below(node));
        ListCell *cell;
        foreach (cell, castNode(FromExpr, node)->fromlist)
            note_filters(static_cast<Node *>(lfirst(cell)), frame, all, required);
        return;
    }
    const JoinExpr *join = castNode(JoinExpr, node);
    const bool keeps_left = join->jointype == JOIN_LEFT || join->jointype == JOIN_FULL;
    const bool keeps_right = join->jointype == JOIN_RIGHT || join->jointype == JOIN_FULL;
    const Relids both = bms_union(with, leaves_below(node));
    note_filters(join->larg, frame, keeps_right ? nullptr : keeps_left ? with : both, required && !keeps_right);
    note_filters(join->rarg, frame, keeps_left ? nullptr : keeps_right ? with : both, required && !keeps_left);
}

} // namespace

Frame *build_frames(Query *query, Branches *branches, List **readings) {
    branches->position = 0;
    return Builder(branches, readings).level(query, nullptr);
}

bool next_branches(Branches *branches) {
    int position = list_length(branches->taken);
    while (--position >= 0) {
        const int next = list_nth_int(branches->taken, position) + 1;
        if (next == list_nth_int(branches->counts, position))
            continue;
        branches->taken = lappend_int(list_truncate(branches->taken, position), next);
        branches->counts = list_truncate(branches->counts, position + 1);
        return true;
    }
    return false;
}

const Frame *frame_above(const Frame *frame, Index levels_up) {
    while (levels_up-- > 0 && frame != nullptr)
        frame = frame->around;
    return frame;
}

} // namespace pgtv::plan
