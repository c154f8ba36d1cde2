// Builds walk queries: inner joins by the equalities known of each reading, everything else dropped. Pure.

#include "pg/postgres.hpp"
#include "plan/walk_query.hpp"

namespace pgtv::plan {
namespace {

Relids depends_of(List *equalities) {
    Relids result = nullptr;
    ListCell *cell;
    foreach (cell, equalities)
        result = bms_add_members(result, static_cast<Equality *>(lfirst(cell))->depends);
    return result;
}

/** The changed rows, the readings of the values, and those through which these are reached. */
Relids readings_on_the_way(const JoinGraph *graph, const Reached *reached, List *chosen) {
    Relids open = depends_of(chosen);
    Relids result = nullptr;
    int number;
    while ((number = bms_next_member(open, -1)) >= 0) {
        open = bms_del_member(open, number);
        result = bms_add_member(result, number);
        open = bms_join(open, bms_difference(depends_of(reached[number].chosen), result));
    }
    for (number = 1; number <= list_length(graph->readings); ++number)
        if (reached[number].reach == Reach::changed)
            result = bms_add_member(result, number);
    return result;
}

RangeTblEntry *entry_of(const Reading *reading, bool used) {
    if (used) {
        RangeTblEntry *entry = static_cast<RangeTblEntry *>(copyObjectImpl(reading->entry));
        entry->lateral = false;
        entry->inFromCl = true;
        return entry;
    }
    RangeTblEntry *entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_RESULT;
    entry->eref = makeAlias("tv_unused", NIL);
    return entry;
}

List *select_values(List *chosen) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, chosen) {
        const AttrNumber number = static_cast<AttrNumber>(list_length(result) + 1);
        Expr *value = static_cast<Expr *>(copyObjectImpl(static_cast<Equality *>(lfirst(cell))->value));
        result = lappend(result, makeTargetEntry(value, number, psprintf("v%d", static_cast<int>(number)), false));
    }
    return result;
}

List *conditions(const Reached *reached, Relids readings) {
    List *result = NIL;
    int number = -1;
    while ((number = bms_next_member(readings, number)) >= 0) {
        ListCell *cell;
        foreach (cell, reached[number].known) {
            const Equality *equality = static_cast<Equality *>(lfirst(cell));
            if (bms_is_subset(equality->depends, readings))
                result = list_append_unique(result, copyObjectImpl(equality->clause));
        }
    }
    return result;
}

} // namespace

Query *walk_query(const JoinGraph *graph, const Reached *reached, List *chosen) {
    const Relids readings = readings_on_the_way(graph, reached, chosen);
    Query *query = makeNode(Query);
    query->commandType = CMD_SELECT;
    query->canSetTag = true;
    query->targetList = select_values(chosen);
    List *from = NIL;
    for (int number = 1; number <= list_length(graph->readings); ++number) {
        const Reading *reading = static_cast<Reading *>(list_nth(graph->readings, number - 1));
        query->rtable = lappend(query->rtable, entry_of(reading, bms_is_member(number, readings)));
        if (!bms_is_member(number, readings))
            continue;
        RangeTblRef *reference = makeNode(RangeTblRef);
        reference->rtindex = number;
        from = lappend(from, reference);
    }
    List *clauses = conditions(reached, readings);
    query->jointree =
        makeFromExpr(from, clauses == NIL ? nullptr : reinterpret_cast<Node *>(make_ands_explicit(clauses)));
    return query;
}

} // namespace pgtv::plan
