// Chooses the values by which a derivation's readings are locked: fine enough that strangers do not meet, and taken from
// the changed row itself where that can be, because that costs no query. Pure function of the catalogs.

#include "pg/postgres.hpp"
#include "plan/provenance.hpp"
#include "pg/nodes.hpp"
#include "plan/reached.hpp"

namespace pgtv::plan {
namespace {

const Reading *get_reading(const JoinGraph *graph, int number) {
    return static_cast<Reading *>(list_nth(graph->readings, number - 1));
}

/** What is known of a reading that could be reached next. */
struct Candidate {
    int reading = 0;
    bool never = false;
    bool waits = false;   // for readings that may be reached later
    bool precise = false; // `direct` finds one row, or is found from one
    List *known = NIL;
    List *values = NIL; // one for each column, no constants
    List *direct = NIL; // those of them that the changed row holds
    List *constants = NIL;
};

class Search {
public:
    Search(const JoinGraph *graph, Oid changed);
    Reached *run();

private:
    Candidate look_at(int number);
    void sort_in(Equality *equality, Candidate *candidate);
    Equality *nearer(Equality *equality);
    List *choose(const Candidate &candidate);
    bool reach_one();
    void reach(const Candidate &candidate);

    const JoinGraph *graph_;
    Oid changed_;
    int count_;
    Reached *reached_;
    Relids reached_set_ = nullptr; // changed and by values
    Relids never_set_ = nullptr;
    Relids done_ = nullptr;
};

Search::Search(const JoinGraph *graph, Oid changed)
    : graph_(graph), changed_(changed), count_(list_length(graph->readings)),
      reached_(static_cast<Reached *>(palloc0(sizeof(Reached) * static_cast<Size>(count_ + 1)))) {
    for (int number = 1; number <= count_; ++number) {
        if (!get_reading(graph, number)->changed)
            continue;
        reached_[number].reach = Reach::changed;
        reached_set_ = bms_add_member(reached_set_, number);
        done_ = bms_add_member(done_, number);
    }
}

// ---- one equality

bool is_null(const Equality *equality) {
    return IsA(equality->value, Const) && castNode(Const, equality->value)->constisnull;
}

/** The equality with the value that the column it compares with is known to be equal to, if that is as good. */
Equality *Search::nearer(Equality *equality) {
    Node *bare = same_value(equality->value);
    if (!IsA(bare, Var) || bms_is_empty(equality->depends))
        return equality;
    const Var *var = castNode(Var, bare);
    ListCell *cell;
    foreach (cell, reached_[var->varno].known) {
        const Equality *other = static_cast<Equality *>(lfirst(cell));
        if (other->column != var->varattno || other->clause->opno != equality->clause->opno ||
            other->clause->inputcollid != equality->clause->inputcollid || other->column_hash != equality->value_hash ||
            other->value_hash != equality->value_hash || exprType(other->value) != exprType(equality->value))
            continue;
        Equality result = *equality;
        result.clause = static_cast<OpExpr *>(copyObjectImpl(equality->clause));
        lfirst(list_nth_cell(result.clause->args, equality->side)) = other->value;
        result.value = other->value;
        result.depends = other->depends;
        return pg::make(result);
    }
    return equality;
}

bool replaces(const JoinGraph *graph, const Equality *fresh, const Equality *old) {
    return changed_column(graph, old) == 0 && changed_column(graph, fresh) != 0;
}

void Search::sort_in(Equality *equality, Candidate *candidate) {
    candidate->known = lappend(candidate->known, equality);
    candidate->never = candidate->never || is_null(equality);
    List **list = bms_is_empty(equality->depends) ? &candidate->constants : &candidate->values;
    ListCell *cell;
    foreach (cell, *list) {
        const Equality *old = static_cast<Equality *>(lfirst(cell));
        if (old->column == equality->column) {
            if (replaces(graph_, equality, old))
                lfirst(cell) = equality;
            return;
        }
    }
    *list = lappend(*list, equality);
}

// ---- one reading

/** The first unique key of `relid` that is a subset of `columns`; nullptr: there is none. */
Bitmapset *unique_key_in(Oid relid, Bitmapset *columns) {
    ListCell *cell;
    foreach (cell, unique_keys(relid))
        if (bms_is_subset(static_cast<Bitmapset *>(lfirst(cell)), columns))
            return static_cast<Bitmapset *>(lfirst(cell));
    return nullptr;
}

Bitmapset *columns_of(List *equalities) {
    Bitmapset *result = nullptr;
    ListCell *cell;
    foreach (cell, equalities)
        result = bms_add_member(result, static_cast<Equality *>(lfirst(cell))->column);
    return result;
}

Candidate Search::look_at(int number) {
    Candidate candidate;
    candidate.reading = number;
    ListCell *cell;
    foreach (cell, graph_->equalities) {
        Equality *equality = static_cast<Equality *>(lfirst(cell));
        if (equality->reading != number)
            continue;
        if (bms_overlap(equality->depends, never_set_))
            candidate.never = true;
        else if (bms_is_subset(equality->depends, reached_set_))
            sort_in(nearer(equality), &candidate);
        else if (!bms_is_subset(equality->depends, bms_add_member(bms_copy(done_), number)))
            candidate.waits = true;
    }
    Bitmapset *from = nullptr;
    foreach (cell, candidate.values) {
        Equality *equality = static_cast<Equality *>(lfirst(cell));
        const AttrNumber column = changed_column(graph_, equality);
        if (column == 0)
            continue;
        candidate.direct = lappend(candidate.direct, equality);
        from = bms_add_member(from, column);
    }
    candidate.precise = candidate.direct != NIL && (unique_key_in(get_reading(graph_, number)->entry->relid,
                                                                  columns_of(candidate.direct)) != nullptr ||
                                                    unique_key_in(changed_, from) != nullptr);
    return candidate;
}

int by_column(const ListCell *a, const ListCell *b) {
    return static_cast<Equality *>(lfirst(a))->column - static_cast<Equality *>(lfirst(b))->column;
}

List *Search::choose(const Candidate &candidate) {
    List *all = list_copy(candidate.precise ? candidate.direct : candidate.values);
    if (all == NIL)
        all = list_copy(candidate.constants);
    Bitmapset *key = unique_key_in(get_reading(graph_, candidate.reading)->entry->relid, columns_of(all));
    List *result = NIL;
    ListCell *cell;
    foreach (cell, all)
        if (key == nullptr || bms_is_member(static_cast<Equality *>(lfirst(cell))->column, key))
            result = lappend(result, lfirst(cell));
    list_sort(result, by_column);
    return result;
}

void Search::reach(const Candidate &candidate) {
    Reached &reached = reached_[candidate.reading];
    done_ = bms_add_member(done_, candidate.reading);
    if (candidate.never) {
        reached.reach = Reach::never;
        never_set_ = bms_add_member(never_set_, candidate.reading);
        return;
    }
    reached.chosen = choose(candidate);
    reached.known = candidate.known;
    reached.reach = reached.chosen == NIL ? Reach::whole : Reach::values;
    // What constants alone select has no bound: nothing is looked up by going through all of it.
    if (candidate.values != NIL)
        reached_set_ = bms_add_member(reached_set_, candidate.reading);
}

/** 0 is best: first what is precise, then what will not get finer by waiting; 4: not reached from anything. */
int rank(const Candidate &candidate) {
    if (candidate.never)
        return 0;
    if (candidate.values == NIL)
        return 4;
    return candidate.precise ? 1 : candidate.waits ? 3 : 2;
}

bool Search::reach_one() {
    Candidate best;
    for (int number = 1; number <= count_; ++number) {
        const Reading *reading = get_reading(graph_, number);
        if (reading->computed || bms_is_member(number, done_))
            continue;
        const Candidate candidate = look_at(number);
        if (best.reading == 0 || rank(candidate) < rank(best))
            best = candidate;
    }
    if (best.reading == 0)
        return false;
    reach(best);
    return true;
}

Reached *Search::run() {
    while (reach_one())
        ;
    return reached_;
}

} // namespace

Reached *reach_readings(const JoinGraph *graph, Oid changed) {
    return Search(graph, changed).run();
}

AttrNumber changed_column(const JoinGraph *graph, const Equality *equality) {
    Node *bare = same_value(equality->value);
    if (!IsA(bare, Var) || !get_reading(graph, castNode(Var, bare)->varno)->changed)
        return 0;
    return castNode(Var, bare)->varattno;
}

} // namespace pgtv::plan
