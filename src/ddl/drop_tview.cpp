// DROP TVIEW in all its forms: each becomes DROP TABLE, the rest follows from dependencies and the sql_drop event
// trigger. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/drop_tview.hpp"

#include "pg/names.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::ddl {
namespace {

Oid find_relation(List *name) {
    return RangeVarGetRelid(makeRangeVarFromNameList(name), NoLock, true);
}

/** Is it a TVIEW? A missing one is reported and left out, any other relation raises. */
bool require_tview(List *name, bool missing_ok) {
    const Oid relid = find_relation(name);
    if (OidIsValid(relid)) {
        if (catalog::find_tview(relid) == nullptr)
            raise(NotATView{get_rel_name(relid), pg::relation_kind(relid)});
        return true;
    }
    const char *text = NameListToString(name);
    if (!missing_ok)
        raise(TViewMissing{text});
    ereport(NOTICE, (errmsg("tview \"%s\" does not exist, skipping", text)));
    return false;
}

/** Through ProcessUtility, so that event triggers see the command. */
void run_statement(Node *statement, const char *description) {
    PlannedStmt *planned = makeNode(PlannedStmt);
    planned->commandType = CMD_UTILITY;
    planned->utilityStmt = statement;
    planned->canSetTag = false;
    planned->stmt_location = -1;
    ProcessUtility(planned, description, false, PROCESS_UTILITY_QUERY, nullptr, nullptr, None_Receiver, nullptr);
    CommandCounterIncrement();
}

} // namespace

bool drop_tview(const char *name, bool if_exists, bool cascade) {
    List *names = compat::parse_qualified_name(name);
    if (!require_tview(names, if_exists))
        return false;
    DropStmt *statement = makeNode(DropStmt);
    statement->objects = list_make1(names);
    statement->removeType = OBJECT_TABLE;
    statement->behavior = cascade ? DROP_CASCADE : DROP_RESTRICT;
    run_statement(reinterpret_cast<Node *>(statement), "DROP TVIEW");
    return true;
}

void check_drop_tview(DropStmt *statement) {
    List *present = NIL;
    ListCell *cell;
    foreach (cell, statement->objects)
        if (require_tview(lfirst_node(List, cell), statement->missing_ok))
            present = lappend(present, lfirst(cell));
    statement->objects = present;
    statement->removeType = OBJECT_TABLE;
}

void adapt_drop(DropStmt *statement) {
    if (statement->removeType != OBJECT_MATVIEW)
        return;
    int tviews = 0;
    int others = 0;
    ListCell *cell;
    foreach (cell, statement->objects) {
        const Oid relid = find_relation(lfirst_node(List, cell));
        if (catalog::find_tview(relid) != nullptr)
            tviews++;
        else if (OidIsValid(relid))
            others++;
    }
    if (tviews == 0)
        return;
    if (others > 0)
        raise(Unsupported{"cannot drop tviews and other relations in one DROP MATERIALIZED VIEW", nullptr,
                          "Drop them in separate commands."});
    statement->removeType = OBJECT_TABLE;
}

} // namespace pgtv::ddl
