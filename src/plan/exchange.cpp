// Makes the contribution query one over pairs of images. Pure; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/exchange.hpp"

#include "pg/nodes.hpp"
#include "plan/changed_leaf.hpp"
#include "plan/known_partners.hpp"

namespace pgtv::plan {
namespace {

/** Columns of the leaf inside aggregates, and outside of them. */
struct LeafUse {
    int leaf;
    Bitmapset *inputs = nullptr;
    Bitmapset *others = nullptr;
    bool whole_rows = false;
    bool in_aggregate = false;
};

bool note_use(Node *node, void *argument) {
    auto *use = static_cast<LeafUse *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Var)) {
        const Var *var = castNode(Var, node);
        Bitmapset **columns = use->in_aggregate ? &use->inputs : &use->others;
        if (var->varno == use->leaf && var->varattno > 0)
            *columns = bms_add_member(*columns, var->varattno);
        use->whole_rows = use->whole_rows || (var->varno == use->leaf && var->varattno <= 0);
        return false;
    }
    if (IsA(node, Aggref)) {
        use->in_aggregate = true;
        compat::walk_children(node, note_use, argument);
        use->in_aggregate = false;
        return false;
    }
    return compat::walk_children(node, note_use, argument);
}

LeafUse use_of(const Query *query, int leaf) {
    LeafUse use{leaf};
    note_use(reinterpret_cast<Node *>(query->targetList), &use);
    note_use(reinterpret_cast<Node *>(query->jointree), &use);
    return use;
}

/** Does FROM read something that is made of the rows of something else in it? */
bool reads_laterally(const Query *query) {
    ListCell *cell;
    foreach (cell, query->rtable)
        if (lfirst_node(RangeTblEntry, cell)->lateral)
            return true;
    return false;
}

// ---- the old images

struct OldColumns {
    int leaf;
    int width; // columns of the source, behind which the old ones are
    const List *old;
};

Node *to_old(Node *node, void *argument) {
    const auto *columns = static_cast<OldColumns *>(argument);
    if (node == nullptr)
        return nullptr;
    if (IsA(node, Var) && castNode(Var, node)->varno == columns->leaf) {
        Var *var = pg::copy_node(castNode(Var, node));
        int position = columns->width;
        ListCell *cell;
        foreach (cell, columns->old) {
            ++position;
            if (lfirst_int(cell) == var->varattno)
                break;
        }
        var->varattno = static_cast<AttrNumber>(position);
        var->varattnosyn = var->varattno;
        return reinterpret_cast<Node *>(var);
    }
    return compat::mutate_children(node, to_old, argument);
}

void append_old(Query *query, const DeltaPlan *delta, OldColumns columns) {
    const int count = list_length(query->targetList);
    for (int i = 0; i < count; ++i) {
        auto *expression = reinterpret_cast<Node *>(list_nth_node(TargetEntry, query->targetList, i)->expr);
        const bool told = i < delta->column_count && delta->columns[i].call == nullptr;
        Node *old = told ? reinterpret_cast<Node *>(
                               makeNullConst(exprType(expression), exprTypmod(expression), exprCollation(expression)))
                         : to_old(expression, &columns);
        const auto number = static_cast<AttrNumber>(count + i + 1);
        query->targetList =
            lappend(query->targetList, makeTargetEntry(reinterpret_cast<Expr *>(old), number,
                                                       psprintf("c%d", static_cast<int>(number)), false));
    }
}

/** Turns the entry of the changed rows into one of pairs; returns how many columns the source has. */
int read_pairs(RangeTblEntry *entry, Oid source, const List *old) {
    const int width = list_length(entry->eref->colnames);
    entry->ctename = psprintf("tv_pair_%u", source);
    ListCell *cell;
    foreach (cell, old)
        entry->eref->colnames = lappend(entry->eref->colnames, makeString(psprintf("tv_old_%d", lfirst_int(cell))));
    return width;
}

// ---- the text

char *null_as(Oid source, AttrNumber column, const char *name) {
    Oid type;
    int32 typmod;
    Oid collation;
    get_atttypetypmodcoll(source, column, &type, &typmod, &collation);
    return psprintf("NULL::%s AS %s", format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN),
                    quote_identifier(name));
}

/** A definition of tv_pair_<oid> by which the text can be parsed again. */
char *stand_in(Oid source, const Bitmapset *columns, const List *old) {
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, "WITH tv_pair_%u AS (SELECT ", source);
    int column = -1;
    bool first = true;
    while ((column = bms_next_member(columns, column)) >= 0) {
        const char *name = get_attname(source, static_cast<AttrNumber>(column), false);
        appendStringInfo(&text, "%s%s", first ? "" : ", ", null_as(source, static_cast<AttrNumber>(column), name));
        first = false;
    }
    ListCell *cell;
    foreach (cell, old)
        appendStringInfo(
            &text, ", %s",
            null_as(source, static_cast<AttrNumber>(lfirst_int(cell)), psprintf("tv_old_%d", lfirst_int(cell))));
    appendStringInfoString(&text, ") ");
    return text.data;
}

/** nullptr: it is not read back as it was. */
const char *write_text(Query *query, Oid source, const LeafUse &use, const List *old) {
    ImageColumns needs{NIL, NIL};
    need(&needs, source, bms_union(use.inputs, use.others));
    const DerivationText text = derivation_text(list_make1(query), NIL, &needs);
    DerivationText readable = text;
    readable.sql = psprintf("%s%s", stand_in(source, bms_union(use.inputs, use.others), old), text.sql);
    return verify_text(readable, &needs) == nullptr ? text.sql : nullptr;
}

} // namespace

Exchange *find_exchange(const Rule *rule, const SourceRule *source, Query *query, const DeltaPlan *delta, int leaf) {
    const bool plain = !query->hasSubLinks && !reads_laterally(query);
    Query *contribution = plain ? contribution_query(query, delta, leaf, false) : nullptr;
    if (contribution == nullptr)
        return nullptr;
    // Of an outer join's nullable side a stored group tells nothing.
    Query *reduced = source->keeps_groups ? nullptr : without_known_partners(rule, delta, query, {contribution, leaf});
    contribution = reduced != nullptr ? reduced : contribution;
    const LeafUse use = use_of(contribution, leaf);
    if (use.whole_rows || bms_is_empty(use.inputs))
        return nullptr;
    List *old = listed(use.inputs);
    const int width = read_pairs(rt_fetch(leaf, contribution->rtable), source->source, old);
    append_old(contribution, delta, {leaf, width, old});
    const char *text = write_text(contribution, source->source, use, old);
    if (text == nullptr)
        return nullptr;
    return pg::make(Exchange{text, listed(use.others), old, reduced != nullptr});
}

Exchange *copy_exchange(const Exchange *exchange) {
    if (exchange == nullptr)
        return nullptr;
    return pg::make(
        Exchange{pstrdup(exchange->text), list_copy(exchange->same), list_copy(exchange->old), exchange->by_key});
}

} // namespace pgtv::plan
