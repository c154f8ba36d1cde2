// Builds the recompute queries. The comparison is the type's default equality by its qualified name, never IS NOT
// DISTINCT FROM (which no index serves), and keys reach the base tables only as a restriction. Lifetime: a call.

#include "pg/postgres.hpp"
#include "maintenance/recompute_text.hpp"

namespace pgtv::maintenance {
namespace {

const char *column_name(Oid relid, int position) {
    Relation relation = relation_open(relid, AccessShareLock);
    TupleDesc desc = RelationGetDescr(relation);
    const char *name = nullptr;
    for (int i = 0, live = 0; i < desc->natts && name == nullptr; i++)
        if (!TupleDescAttr(desc, i)->attisdropped && live++ == position)
            name = pstrdup(NameStr(TupleDescAttr(desc, i)->attname));
    relation_close(relation, NoLock);
    if (name == nullptr)
        elog(ERROR, "relation %u has no column at position %d", relid, position + 1);
    return quote_identifier(name);
}

/** `number` counts the columns that are not NULL, from 1. */
void append_value(StringInfo text, const plan::KeyColumn &key, Lookup lookup, int number) {
    if (lookup == Lookup::array)
        appendStringInfo(text, "ANY ($%d", number);
    else if (by_relation(lookup))
        appendStringInfo(text, "(a.k%d", number);
    else
        appendStringInfo(text, "($%d", number);
    append_collation(text, getBaseType(key.type), key.collation);
    appendStringInfoChar(text, ')');
}

void append_condition(StringInfo text, const RuleQueries *queries, const QueryKind &kind) {
    const plan::Rule *rule = queries->rule;
    const Oid relid = kind.side == Side::stored ? rule->tview : rule->view;
    int number = 0;
    for (int i = 0; i < rule->key_count; i++) {
        appendStringInfo(text, "%s(t.%s", i == 0 ? " WHERE " : " AND ", column_name(relid, queries->keys[i].position));
        if (bms_is_member(i, kind.null_columns)) {
            appendStringInfoString(text, " IS NULL)");
            continue;
        }
        append_operator(text, rule->keys[i].equality);
        append_value(text, rule->keys[i], kind.lookup, ++number);
        appendStringInfoChar(text, ')');
    }
}

} // namespace

void append_operator(StringInfo text, Oid equality) {
    HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(equality));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for operator %u", equality);
    auto *form = reinterpret_cast<Form_pg_operator>(GETSTRUCT(tuple));
    appendStringInfo(text, " OPERATOR(%s.%s) ", quote_identifier(get_namespace_name(form->oprnamespace)),
                     NameStr(form->oprname));
    ReleaseSysCache(tuple);
}

void append_collation(StringInfo text, Oid type, Oid collation) {
    if (!OidIsValid(collation) || collation == get_typcollation(type))
        return;
    HeapTuple tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for collation %u", collation);
    auto *form = reinterpret_cast<Form_pg_collation>(GETSTRUCT(tuple));
    appendStringInfo(text, " COLLATE %s",
                     quote_qualified_identifier(get_namespace_name(form->collnamespace), NameStr(form->collname)));
    ReleaseSysCache(tuple);
}

char *query_text(const RuleQueries *queries, const QueryKind &kind) {
    StringInfoData text;
    initStringInfo(&text);
    const bool each = by_relation(kind.lookup) && kind.lookup != Lookup::scan;
    if (each)
        appendStringInfo(&text, "SELECT r.* FROM %s a, LATERAL (", keys_relation);
    if (kind.side == Side::stored)
        appendStringInfo(&text, "SELECT t.ctid, t.* FROM ONLY %s t", queries->table);
    else
        appendStringInfo(&text, "SELECT t.* FROM %s t",
                         kind.lookup == Lookup::declared ? queries->declared : queries->view);
    if (kind.lookup == Lookup::scan)
        appendStringInfo(&text, " WHERE EXISTS (SELECT FROM %s a", keys_relation);
    if (has_keys(kind.lookup))
        append_condition(&text, queries, kind);
    if (kind.lookup == Lookup::scan)
        appendStringInfoChar(&text, ')');
    // OFFSET 0 keeps it a lookup for each key: a join with the view would scan everything below it.
    if (each)
        appendStringInfoString(&text, " OFFSET 0) r");
    if (kind.lookup == Lookup::many)
        appendStringInfoString(&text, " /* many keys */"); // by its text a plan is known
    return text.data;
}

Oid *parameter_types(const RuleQueries *queries, const QueryKind &kind, int *count) {
    *count = 0;
    auto *types = static_cast<Oid *>(palloc(sizeof(Oid) * static_cast<Size>(queries->rule->key_count + 1)));
    if (!has_keys(kind.lookup) || by_relation(kind.lookup))
        return types;
    for (int i = 0; i < queries->rule->key_count; i++)
        if (!bms_is_member(i, kind.null_columns))
            types[(*count)++] = kind.lookup == Lookup::array ? queries->keys[i].array_type : queries->keys[i].type;
    return types;
}

} // namespace pgtv::maintenance
