// Indexes on a TVIEW by which maintenance finds the rows of its key. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/tview_relations.hpp"

#include "pg/identity.hpp"
#include "pg_tviews/catalog.hpp"
#include "plan/delta.hpp"

namespace pgtv::ddl {
namespace {

/** The longest value of a B-tree key column that surely fits into an index row. */
constexpr int widest_btree_value = 600;

/**
 * Can a value of this column never be too wide for a B-tree? Otherwise one long group key would make the writer's
 * statement fail; hash indexes take any width.
 */
bool fits_btree(const plan::KeyColumn &column) {
    if (get_typlen(column.type) > 0)
        return true;
    const int32 widest = type_maximum_size(getBaseType(column.type), column.typmod);
    return widest > 0 && widest <= widest_btree_value;
}

bool has_operator_class(Oid type, Oid access_method) {
    return OidIsValid(GetDefaultOpClass(type, access_method));
}

/** Is there an index of this access method whose first columns are exactly `attributes`, in any order? */
bool index_covers(Relation index, List *attributes, Oid access_method) {
    const Form_pg_index form = index->rd_index;
    if (index->rd_rel->relam != access_method || !form->indisvalid || form->indnkeyatts < list_length(attributes) ||
        RelationGetIndexPredicate(index) != NIL)
        return false;
    for (int i = 0; i < list_length(attributes); i++)
        if (!list_member_int(attributes, form->indkey.values[i]))
            return false;
    return true;
}

bool find_index(Oid table, List *attributes, Oid access_method) {
    Relation relation = table_open(table, NoLock);
    bool found = false;
    ListCell *cell;
    foreach (cell, RelationGetIndexList(relation)) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        found = found || index_covers(index, attributes, access_method);
        index_close(index, AccessShareLock);
    }
    table_close(relation, NoLock);
    return found;
}

void create_index(Oid table, List *attributes, const char *access_method, bool unique) {
    IndexStmt *statement = makeNode(IndexStmt);
    statement->unique = unique;
    statement->nulls_not_distinct = unique;
    statement->relation = makeRangeVar(get_namespace_name(get_rel_namespace(table)), get_rel_name(table), -1);
    statement->accessMethod = pstrdup(access_method);
    ListCell *cell;
    foreach (cell, attributes) {
        IndexElem *element = makeNode(IndexElem);
        element->name = get_attname(table, AttrNumber(lfirst_int(cell)), false);
        statement->indexParams = lappend(statement->indexParams, element);
    }
    (void)compat::define_index(table, statement);
    CommandCounterIncrement();
}

/** Is there one row for each value of K, whatever becomes of the query? Rows of a companion are found by that. */
bool is_unique(const plan::Rule *rule, List *indexed) {
    if (!OidIsValid(catalog::find_companion_row(rule->tview).tview) || rule->delta == nullptr ||
        list_length(indexed) != rule->delta->group_count)
        return false;
    ListCell *cell;
    foreach (cell, indexed)
        if (rule->delta->columns[lfirst_int(cell) - 1].combine != plan::Combine::key)
            return false;
    return true;
}

} // namespace

void create_key_indexes(const plan::Rule *rule) {
    List *narrow = NIL;
    List *wide = NIL;
    for (int i = 0; i < rule->key_count; i++) {
        const plan::KeyColumn &column = rule->keys[i];
        if (fits_btree(column) && has_operator_class(column.type, BTREE_AM_OID)) {
            if (list_length(narrow) < INDEX_MAX_KEYS)
                narrow = lappend_int(narrow, column.attnum);
        } else if (has_operator_class(column.type, HASH_AM_OID)) {
            wide = lappend_int(wide, column.attnum);
        }
    }
    if (narrow != NIL && !find_index(rule->tview, narrow, BTREE_AM_OID))
        create_index(rule->tview, narrow, "btree", is_unique(rule, narrow));
    List *widest = narrow == NIL && wide != NIL ? list_make1_int(linitial_int(wide)) : NIL;
    if (widest != NIL && !find_index(rule->tview, widest, HASH_AM_OID))
        create_index(rule->tview, widest, "hash", false);
}

} // namespace pgtv::ddl
