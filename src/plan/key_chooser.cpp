// Ranks the candidates for K. First comes the number of sources that K serves, then how finely it divides the output.
// Only the schema decides, never statistics: the choice must be the same in every session.

#include "pg/postgres.hpp"
#include "plan/key_chooser.hpp"
#include "plan/output_columns.hpp"
#include "plan/provenance.hpp"

namespace pgtv::plan {
namespace {

constexpr int per_source = 100000;
constexpr int identifies_row = 10000;
constexpr int per_leaf = 100;
constexpr int indexed = 10;
constexpr int most_columns = 4;

/** Leaves of which a row must be fixed for an output row to be: those of the GROUP BY, or all. */
Relids leaves_to_identify(const Query *query) {
    if (query->groupClause == NIL)
        return leaves_in_from(query);
    Relids result = nullptr;
    ListCell *cell;
    foreach (cell, query->groupClause)
        result = bms_join(result, pull_varnos(nullptr, get_sortgroupclause_expr(lfirst_node(SortGroupClause, cell),
                                                                                query->targetList)));
    return result;
}

struct Chooser {
    const Query *query;
    List *occurrences;
    int best_score = 0;
    List *best = NIL;

    void consider(List *columns, int score);
    void consider_table_keys();
    void consider_clause(List *clauses, bool identifies);
    void consider_grouping();
    void consider_columns();
    [[nodiscard]] int sources_served(List *columns) const;
};

/** Sources all of whose occurrences can be derived in terms of `columns`. */
int Chooser::sources_served(List *columns) const {
    List *served = NIL;
    List *failed = NIL;
    ListCell *cell;
    foreach (cell, occurrences) {
        const Derivable *derivable = static_cast<Derivable *>(lfirst(cell));
        bool all = true;
        ListCell *column;
        foreach (column, columns)
            all = all && (derivable->never || bms_is_member(lfirst_int(column), derivable->columns));
        List **target = all ? &served : &failed;
        *target = list_append_unique_oid(*target, derivable->source);
    }
    return list_length(list_difference_oid(served, failed));
}

void Chooser::consider(List *columns, int score) {
    if (columns == NIL || list_length(columns) > most_columns)
        return;
    const int served = sources_served(columns);
    score += served * per_source - list_length(columns);
    if (served == 0 || score <= best_score)
        return;
    best_score = score;
    best = list_copy(columns);
    list_sort(best, list_int_cmp);
}

/** A unique key of a table that is wholly in the output. */
struct TableKey {
    List *columns;     // resnos
    Relids determined; // leaves fixed by it
    bool nullable;
};

List *output_of_key(const Query *query, const Origin &table, Bitmapset *key) {
    List *columns = NIL;
    const int count = visible_columns(query);
    int attno = -1;
    while ((attno = bms_next_member(key, attno)) >= 0) {
        int resno = 1;
        while (resno <= count) {
            const Origin from = origin_of(query, resno);
            if (from.relid == table.relid && from.leaf_path == table.leaf_path && from.attno == attno)
                break;
            ++resno;
        }
        if (resno > count)
            return NIL;
        columns = lappend_int(columns, resno);
    }
    return columns;
}

List *table_keys(const Query *query) {
    List *result = NIL;
    const bool plain = query->setOperations == nullptr;
    const int count = visible_columns(query);
    for (int resno = 1; resno <= count; ++resno) {
        const Origin origin = origin_of(query, resno);
        if (!OidIsValid(origin.relid))
            continue;
        ListCell *cell;
        foreach (cell, unique_keys(origin.relid)) {
            TableKey key{output_of_key(query, origin, static_cast<Bitmapset *>(lfirst(cell))), nullptr, false};
            if (key.columns == NIL)
                continue;
            if (plain) {
                key.determined = leaves_determined(query, origin.top_leaf);
                key.nullable = bms_is_member(origin.top_leaf, nullable_leaves(query));
            }
            TableKey *copy = static_cast<TableKey *>(palloc(sizeof(TableKey)));
            *copy = key;
            result = lappend(result, copy);
        }
    }
    return result;
}

/**
 * Keys of tables. One on the nullable side of an outer join puts all null-extended rows into one partition, so it is
 * taken together with a key of the other side.
 */
void Chooser::consider_table_keys() {
    List *keys = table_keys(query);
    const bool plain = query->setOperations == nullptr;
    ListCell *cell;
    foreach (cell, keys) {
        const TableKey *key = static_cast<TableKey *>(lfirst(cell));
        const int score = bms_num_members(key->determined) * per_leaf + indexed * 2;
        const bool whole = plain && bms_is_subset(leaves_to_identify(query), key->determined);
        if (!key->nullable) {
            consider(key->columns, (whole ? identifies_row : 0) + score);
            continue;
        }
        ListCell *other_cell;
        foreach (other_cell, keys) {
            const TableKey *other = static_cast<TableKey *>(lfirst(other_cell));
            if (!other->nullable &&
                bms_is_subset(leaves_to_identify(query), bms_union(key->determined, other->determined)))
                consider(list_concat_unique_int(list_copy(other->columns), key->columns), identifies_row + score);
        }
    }
}

/** The visible columns of a GROUP BY, DISTINCT ON or PARTITION BY. */
void Chooser::consider_clause(List *clauses, bool identifies) {
    List *columns = NIL;
    ListCell *cell;
    foreach (cell, clauses) {
        const TargetEntry *entry = get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query->targetList);
        if (entry->resjunk)
            identifies = false;
        else
            columns = list_append_unique_int(columns, entry->resno);
    }
    consider(columns, (identifies ? identifies_row : 0) + indexed);
}

/** The columns among `entries` that tell rows apart: those that an outer join makes NULL put all such rows into one group. */
List *columns_that_fix(const Query *query, List *entries) {
    const Relids nullable = nullable_leaves(query);
    List *columns = NIL; // of Var *
    ListCell *cell;
    foreach (cell, entries) {
        Expr *expression = lfirst_node(TargetEntry, cell)->expr;
        if (IsA(expression, Var) &&
            !bms_is_member(static_cast<int>(reinterpret_cast<Var *>(expression)->varno), nullable))
            columns = lappend(columns, expression);
    }
    return columns;
}

/** The grouping columns without those that the others fix, as a user's name goes with his number. */
void Chooser::consider_grouping() {
    List *kept = NIL; // of TargetEntry *
    ListCell *cell;
    foreach (cell, query->groupClause)
        kept = lappend(kept, get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query->targetList));
    for (int i = 0; i < list_length(kept);) {
        const auto *entry = list_nth_node(TargetEntry, kept, i);
        List *others = list_delete_nth_cell(list_copy(kept), i);
        if (bms_is_subset(pull_varnos(nullptr, reinterpret_cast<Node *>(entry->expr)),
                          leaves_fixed(query, columns_that_fix(query, others))))
            kept = others;
        else
            i++;
    }
    List *columns = NIL;
    bool identifies = true;
    foreach (cell, kept) {
        const auto *entry = lfirst_node(TargetEntry, cell);
        identifies = identifies && !entry->resjunk;
        columns = entry->resjunk ? columns : list_append_unique_int(columns, entry->resno);
    }
    consider(columns, (identifies ? identifies_row : 0) + indexed);
}

void Chooser::consider_columns() {
    const int count = visible_columns(query);
    for (int resno = 1; resno <= count; ++resno) {
        const Origin origin = origin_of(query, resno);
        const bool has_index = OidIsValid(origin.relid) && has_index_on(origin.relid, origin.attno);
        consider(list_make1_int(resno), has_index ? indexed : 0);
    }
}

} // namespace

bool has_equality(Oid type) {
    const TypeCacheEntry *entry =
        lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR | TYPECACHE_BTREE_OPFAMILY);
    return OidIsValid(entry->eq_opr) && OidIsValid(entry->lt_opr) && OidIsValid(entry->btree_opf) &&
           !type_is_rowtype(type);
}

List *choose_key(const Query *query, List *occurrences, List *wanted) {
    Chooser chooser{query, occurrences};
    if (wanted != NIL)
        return chooser.sources_served(wanted) > 0 ? wanted : NIL;
    chooser.consider_table_keys();
    chooser.consider_clause(query->groupClause, query->groupingSets == NIL);
    if (query->groupingSets == NIL)
        chooser.consider_grouping();
    chooser.consider_clause(query->distinctClause, true);
    ListCell *cell;
    foreach (cell, query->windowClause)
        chooser.consider_clause(lfirst_node(WindowClause, cell)->partitionClause, false);
    chooser.consider_columns();
    return chooser.best;
}

} // namespace pgtv::plan
