// Compares and changes the columns of a TVIEW's table. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/table_columns.hpp"

#include "ddl/alter_table.hpp"
#include "pg/bridge.hpp"
#include "pg/nodes.hpp"

namespace pgtv::ddl {
namespace {

bool same_column(const FormData_pg_attribute &attribute, const ColumnDef *column) {
    return strcmp(NameStr(attribute.attname), column->colname) == 0 &&
           attribute.atttypid == column->typeName->typeOid && attribute.atttypmod == column->typeName->typemod &&
           attribute.attcollation == column->collOid;
}

/** The live columns of `relid` as ColumnDefs. */
List *live_columns(Oid relid) {
    Relation relation = relation_open(relid, AccessShareLock);
    List *columns = NIL;
    for (int i = 0; i < RelationGetDescr(relation)->natts; i++) {
        const Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), i);
        if (!attribute->attisdropped)
            columns = lappend(columns, makeColumnDef(NameStr(attribute->attname), attribute->atttypid,
                                                     attribute->atttypmod, attribute->attcollation));
    }
    relation_close(relation, AccessShareLock);
    return columns;
}

/**
 * Kept columns have to come first, as added ones go to the end: drops every live column that does not match the
 * next wanted one, and adds the wanted ones that then are missing.
 */
void plan_changes(Oid table, List *columns, List **drops, List **adds) {
    Relation relation = relation_open(table, NoLock);
    int kept = 0;
    for (int i = 0; i < RelationGetDescr(relation)->natts; i++) {
        const Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), i);
        if (attribute->attisdropped)
            continue;
        if (kept < list_length(columns) && same_column(*attribute, list_nth_node(ColumnDef, columns, kept)))
            kept++;
        else
            *drops = lappend(*drops, make_alter_command(AT_DropColumn, NameStr(attribute->attname)));
    }
    for (int i = kept; i < list_length(columns); i++) {
        auto *definition = reinterpret_cast<Node *>(pg::copy_node(list_nth_node(ColumnDef, columns, i)));
        *adds = lappend(*adds, make_alter_command(AT_AddColumn, nullptr, definition));
    }
    relation_close(relation, NoLock);
}

struct IndexDefinition {
    const char *name;
    const char *command;
};

List *index_definitions(Oid table) {
    Relation relation = relation_open(table, NoLock);
    List *definitions = NIL;
    ListCell *cell;
    foreach (cell, RelationGetIndexList(relation)) {
        auto *definition = static_cast<IndexDefinition *>(palloc(sizeof(IndexDefinition)));
        definition->name = get_rel_name(lfirst_oid(cell));
        definition->command = pg_get_indexdef_string(lfirst_oid(cell));
        definitions = lappend(definitions, definition);
    }
    relation_close(relation, NoLock);
    return definitions;
}

void run_index_command(const char *command) {
    auto *raw = linitial_node(RawStmt, raw_parser(command, RAW_PARSE_DEFAULT));
    auto *statement = reinterpret_cast<IndexStmt *>(raw->stmt);
    const Oid table = RangeVarGetRelid(statement->relation, ShareLock, false);
    (void)compat::define_index(table, transformIndexStmt(table, statement, command));
    CommandCounterIncrement();
}

/** An index on a column that does not exist any more, or has a type it cannot take, is reported and left out. */
void restore_indexes(Oid table, List *definitions) {
    const Oid schema = get_rel_namespace(table);
    ListCell *cell;
    foreach (cell, definitions) {
        const auto *definition = static_cast<IndexDefinition *>(lfirst(cell));
        if (OidIsValid(get_relname_relid(definition->name, schema)))
            continue;
        const ErrorData *failure = pg::attempt([definition] { run_index_command(definition->command); });
        if (failure != nullptr)
            ereport(NOTICE, (errmsg("index \"%s\" does not apply any more and was dropped", definition->name),
                             errdetail("%s", failure->message)));
    }
}

} // namespace

bool same_columns(Oid relid, List *columns) {
    List *live = live_columns(relid);
    if (list_length(live) != list_length(columns))
        return false;
    for (int i = 0; i < list_length(live); i++) {
        const auto *a = list_nth_node(ColumnDef, live, i);
        const auto *b = list_nth_node(ColumnDef, columns, i);
        if (strcmp(a->colname, b->colname) != 0 || a->typeName->typeOid != b->typeName->typeOid ||
            a->typeName->typemod != b->typeName->typemod || a->collOid != b->collOid)
            return false;
    }
    return true;
}

bool same_columns_as(Oid relid, Oid other) {
    return same_columns(relid, live_columns(other));
}

void change_columns(Oid table, List *columns) {
    List *drops = NIL;
    List *adds = NIL;
    List *definitions = index_definitions(table);
    plan_changes(table, columns, &drops, &adds);
    if (drops != NIL)
        alter_table(table, drops);
    if (adds != NIL)
        alter_table(table, adds);
    restore_indexes(table, definitions);
}

bool equal_names(List *a, List *b) {
    if (list_length(a) != list_length(b))
        return false;
    ListCell *in_a;
    ListCell *in_b;
    forboth(in_a, a, in_b,
            b) if (strcmp(static_cast<char *>(lfirst(in_a)), static_cast<char *>(lfirst(in_b))) != 0) return false;
    return true;
}

} // namespace pgtv::ddl
