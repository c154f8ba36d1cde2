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

/** Primary and unique keys of tables that are wholly in the output. */
void Chooser::consider_table_keys() {
    const int count = visible_columns(query);
    const bool plain = query->setOperations == nullptr;
    for (int resno = 1; resno <= count; ++resno) {
        const Origin origin = origin_of(query, resno);
        if (!OidIsValid(origin.relid))
            continue;
        ListCell *key_cell;
        foreach (key_cell, unique_keys(origin.relid)) {
            List *columns = NIL;
            int attno = -1;
            while ((attno = bms_next_member(static_cast<Bitmapset *>(lfirst(key_cell)), attno)) >= 0)
                for (int other = 1; other <= count; ++other) {
                    const Origin from = origin_of(query, other);
                    if (from.relid == origin.relid && from.leaf_path == origin.leaf_path && from.attno == attno) {
                        columns = lappend_int(columns, other);
                        break;
                    }
                }
            if (list_length(columns) != bms_num_members(static_cast<Bitmapset *>(lfirst(key_cell))))
                continue;
            const Relids determined = plain ? leaves_determined(query, origin.top_leaf) : nullptr;
            const bool whole = plain && bms_is_subset(leaves_to_identify(query), determined);
            consider(columns, (whole ? identifies_row : 0) + bms_num_members(determined) * per_leaf + indexed * 2);
        }
    }
}

/** The visible columns of a GROUP BY, DISTINCT ON or PARTITION BY. */
void Chooser::consider_clause(List *clauses, bool identifies) {
    List *columns = NIL;
    ListCell *cell;
    foreach (cell, clauses) {
        const TargetEntry *entry =
            get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query->targetList);
        if (entry->resjunk)
            identifies = false;
        else
            columns = list_append_unique_int(columns, entry->resno);
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
    const TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_BTREE_OPFAMILY);
    return OidIsValid(entry->eq_opr) && OidIsValid(entry->btree_opf) && !type_is_rowtype(type);
}

List *choose_key(const Query *query, List *occurrences, List *wanted) {
    Chooser chooser{query, occurrences};
    if (wanted != NIL)
        return chooser.sources_served(wanted) > 0 ? wanted : NIL;
    chooser.consider_table_keys();
    chooser.consider_clause(query->groupClause, query->groupingSets == NIL);
    chooser.consider_clause(query->distinctClause, true);
    ListCell *cell;
    foreach (cell, query->windowClause)
        chooser.consider_clause(lfirst_node(WindowClause, cell)->partitionClause, false);
    chooser.consider_columns();
    return chooser.best;
}

} // namespace pgtv::plan
