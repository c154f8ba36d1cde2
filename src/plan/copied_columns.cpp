// The query must only join, or join and group, on its outermost level, and read the table once, there. A column of the
// table can be copied if nothing reads it but output columns, or values of documents, which the row of the table decides
// alone, and of these none that is part of K. In a group the row decides if it is the same one in all rows that the group
// is made of. Then the column may be grouped by, too: what makes the row the same one tells the groups apart without it.
// Lifetime: a call.

#include "pg/postgres.hpp"
#include "plan/copied_columns.hpp"

#include "pg/nodes.hpp"
#include "plan/changed_leaf.hpp"
#include "plan/document_parts.hpp"
#include "plan/leaf_columns.hpp"
#include "plan/partner_path.hpp"
#include "plan/provenance.hpp"
#include "plan/rule.hpp"

namespace pgtv::plan {

bool only_joins_and_groups(const Query *query) {
    const bool grouped = query->groupClause != NIL;
    return query->setOperations == nullptr && query->groupingSets == NIL && query->distinctClause == NIL &&
           query->limitCount == nullptr && query->limitOffset == nullptr && query->rowMarks == NIL &&
           query->cteList == NIL && !query->hasWindowFuncs && !query->hasTargetSRFs &&
           (grouped || (!query->hasAggs && query->havingQual == nullptr));
}

namespace {

/** Does the row of the table at `place` decide this value alone? */
bool is_decided(const Expr *value, int place) {
    Node *expression = reinterpret_cast<Node *>(const_cast<Expr *>(value));
    const ColumnsOfLeaf found = columns_in(expression, place);
    return !found.others && found.columns != nullptr && !contain_subplans(expression) &&
           !contain_aggs_of_level(expression, 0);
}

bool is_key(const Rule *rule, const TargetEntry *entry) {
    const AttrNumber output = output_number(rule->tview, entry);
    return std::any_of(rule->keys, rule->keys + rule->key_count,
                       [=](const KeyColumn &key) { return key.attnum == output; });
}

/** What of an output column the row of the table decides. */
struct Decided {
    bool whole = false;
    List *parts = NIL;  // of DocumentPart *
    List *others = NIL; // of Expr *: what of it is decided otherwise
};

Decided decided_of(const Rule *rule, const TargetEntry *entry, int place) {
    if (entry->resjunk || is_key(rule, entry))
        return {.others = list_make1(entry->expr)};
    if (is_decided(entry->expr, place))
        return {.whole = true};
    List *parts = document_parts(entry->expr);
    if (parts == NIL)
        return {.others = list_make1(entry->expr)};
    Decided decided;
    ListCell *cell;
    foreach (cell, parts) {
        auto *part = static_cast<DocumentPart *>(lfirst(cell));
        if (is_decided(part->value, place))
            decided.parts = lappend(decided.parts, part);
        else
            decided.others = lappend(decided.others, part->value);
    }
    return decided;
}

/** The columns that do more than deciding output columns. */
Bitmapset *working_columns(Query *query, int place, const Rule *rule, const SourceRule *source) {
    Bitmapset *columns = columns_read_beside(query, place);
    ListCell *cell;
    foreach (cell, query->targetList) {
        List *others = decided_of(rule, lfirst_node(TargetEntry, cell), place).others;
        columns = bms_add_members(columns, columns_read(reinterpret_cast<Node *>(others), place));
    }
    columns = bms_add_members(columns, columns_read(reinterpret_cast<Node *>(query->jointree), place));
    columns = bms_add_members(columns, columns_read(query->havingQual, place));
    for (int i = 0; i < source->direct_count; i++)
        columns = bms_add_member(columns, source->direct[i]);
    return columns;
}

/** By which a stored row finds its row of the source. */
Bitmapset *columns_of_index(Oid relid) {
    Bitmapset *columns = nullptr;
    const Relation index = index_open(relid, AccessShareLock);
    for (int i = 0; i < index->rd_index->indnkeyatts; ++i)
        columns = bms_add_member(columns, index->rd_index->indkey.values[i]);
    index_close(index, AccessShareLock);
    return columns;
}

bool changes(const Expr *value, int place, const Bitmapset *working) {
    return !bms_is_subset(columns_in(reinterpret_cast<Node *>(const_cast<Expr *>(value)), place).columns, working);
}

/** The output column of `entry`, if a change of columns that are not `working` changes what the row decides of it; else nullptr. */
CopiedColumn *copied_column(const Rule *rule, const TargetEntry *entry, int place, const Bitmapset *working) {
    const Decided decided = decided_of(rule, entry, place);
    if (!decided.whole && decided.parts == NIL)
        return nullptr;
    CopiedColumn copied = {output_number(rule->tview, entry), 0, nullptr, NIL};
    if (decided.whole && changes(entry->expr, place, working) && IsA(entry->expr, Var))
        copied.column = reinterpret_cast<const Var *>(entry->expr)->varattno;
    else if (decided.whole && changes(entry->expr, place, working))
        copied.expression = entry->expr;
    ListCell *cell;
    foreach (cell, decided.parts) {
        const auto *part = static_cast<DocumentPart *>(lfirst(cell));
        if (changes(part->value, place, working))
            copied.parts = lappend(copied.parts, pg::make(DocumentPart{part->path, as_array(part->value)}));
    }
    const bool any = copied.column != 0 || copied.expression != nullptr || copied.parts != NIL;
    return any ? pg::make(copied) : nullptr;
}

} // namespace

Bitmapset *find_copied_columns(Query *query, const Rule *rule, SourceRule *source) {
    const int place = only_joins_and_groups(query) && !source->whole_row ? only_leaf(query, source->source) : 0;
    if (place == 0)
        return nullptr;
    Bitmapset *working = working_columns(query, place, rule, source);
    PartnerPath *partner = nullptr;
    if (source->direct_count == 0 || query->groupClause != NIL || bms_is_member(place, nullable_leaves(query))) {
        partner = find_partner_path(query, rule->tview, place);
        if (partner == nullptr)
            return nullptr;
        working = bms_add_members(working, columns_of_index(partner->steps[partner->count - 1].index));
    }
    ListCell *cell;
    foreach (cell, query->targetList) {
        CopiedColumn *column = copied_column(rule, lfirst_node(TargetEntry, cell), place, working);
        if (column != nullptr)
            source->copied = lappend(source->copied, column);
    }
    if (source->copied == NIL)
        return nullptr;
    source->partner = partner;
    source->working = bms_copy(working);
    return working;
}

} // namespace pgtv::plan
