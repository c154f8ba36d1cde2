// DROP DATABASE, CREATE DATABASE … TEMPLATE, ALTER DATABASE RENAME and SET TABLESPACE fail while anybody else is connected,
// DROP EXTENSION waits for locks: our workers are stopped before, and stay away until the transaction ends. Their runs go
// back into the queue. Lifetime: a transaction.

#include "pg/postgres.hpp"
#include "scheduler/keep_away.hpp"

#include "pg/bridge.hpp"
#include "scheduler/shared_state.hpp"

#include <csignal>

namespace pgtv::scheduler {
namespace {

ProcessUtility_hook_type previous_hook = nullptr;

/** Databases kept free for this transaction; more in one transaction would be DROP EXTENSION again and again. */
constexpr int most_kept = 4;
Oid kept[most_kept];
int kept_count = 0;
bool callback_registered = false;

/** Those who may do what the command does. Others get their error without any harm done. */
bool may_change_database(Oid database, bool copy) {
    HeapTuple tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(database));
    if (!HeapTupleIsValid(tuple))
        return false;
    const auto *row = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple));
    const Oid owner = row->datdba;
    const bool is_template = row->datistemplate;
    ReleaseSysCache(tuple);
    if (has_privs_of_role(GetUserId(), owner))
        return true;
    HeapTuple role = SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()));
    if (!HeapTupleIsValid(role))
        return false;
    const bool may_create = reinterpret_cast<Form_pg_authid>(GETSTRUCT(role))->rolcreatedb;
    ReleaseSysCache(role);
    return copy && is_template && may_create;
}

bool owns_extension() {
    bool owns = false;
    Relation relation = table_open(ExtensionRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum("pg_tviews"));
    SysScanDesc scan = systable_beginscan(relation, ExtensionNameIndexId, true, nullptr, 1, &key);
    HeapTuple tuple = systable_getnext(scan);
    if (HeapTupleIsValid(tuple))
        owns = has_privs_of_role(GetUserId(), reinterpret_cast<Form_pg_extension>(GETSTRUCT(tuple))->extowner);
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    return owns;
}

const DefElem *find_option(List *options, const char *name) {
    ListCell *cell;
    foreach (cell, options) {
        const auto *option = lfirst_node(DefElem, cell);
        if (strcmp(option->defname, name) == 0)
            return option;
    }
    return nullptr;
}

const char *copied_database(const CreatedbStmt *statement) {
    const DefElem *option = find_option(statement->options, "template");
    return option == nullptr || option->arg == nullptr ? "template1" : defGetString(const_cast<DefElem *>(option));
}

/** The database a command about databases needs for itself; NULL if none. */
const char *database_needed(const Node *statement) {
    switch (nodeTag(statement)) {
    case T_DropdbStmt:
        return reinterpret_cast<const DropdbStmt *>(statement)->dbname;
    case T_CreatedbStmt:
        return copied_database(reinterpret_cast<const CreatedbStmt *>(statement));
    case T_RenameStmt:
        return reinterpret_cast<const RenameStmt *>(statement)->renameType == OBJECT_DATABASE
                   ? reinterpret_cast<const RenameStmt *>(statement)->subname
                   : nullptr;
    case T_AlterDatabaseStmt:
        return find_option(reinterpret_cast<const AlterDatabaseStmt *>(statement)->options, "tablespace") != nullptr
                   ? reinterpret_cast<const AlterDatabaseStmt *>(statement)->dbname
                   : nullptr;
    default:
        return nullptr;
    }
}

bool drops_extension(const Node *statement) {
    if (!IsA(statement, DropStmt) || reinterpret_cast<const DropStmt *>(statement)->removeType != OBJECT_EXTENSION)
        return false;
    ListCell *cell;
    foreach (cell, reinterpret_cast<const DropStmt *>(statement)->objects)
        if (strcmp(strVal(lfirst(cell)), "pg_tviews") == 0)
            return true;
    return false;
}

bool changes_databases(const Node *statement) {
    return IsA(statement, CreatedbStmt) || IsA(statement, DropdbStmt) || IsA(statement, AlterDatabaseStmt);
}

/** Lets schedulers back in. Runs at the end of the transaction, whatever that is: memory only. */
void release_kept() {
    SharedState *state = find_shared_state();
    const SharedStateLock lock;
    for (int i = 0; i < kept_count; i++) {
        DatabaseEntry *entry = find_database(state, kept[i]);
        if (entry == nullptr)
            continue;
        entry->kept_away = std::max(0, entry->kept_away - 1);
        mark_changed(state, kept[i]);
    }
    kept_count = 0;
}

void at_end(XactEvent event, void *) {
    if (kept_count > 0 && (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE))
        release_kept();
}

/** Stops what runs in the database. The lock is held. */
void stop_processes(SharedState *state, const DatabaseEntry &entry) {
    if (entry.pid > 0)
        (void)kill(entry.pid, SIGTERM);
    for (WorkerSlot &slot : state->workers) {
        if (slot.database != entry.database)
            continue;
        slot.evicted = true;
        if (slot.pid != 0)
            (void)kill(slot.pid, SIGTERM);
    }
}

void keep_away_from(Oid database) {
    if (!callback_registered) {
        RegisterXactCallback([](XactEvent event, void *argument) { pg::boundary([=] { at_end(event, argument); }); },
                             nullptr);
        callback_registered = true;
    }
    SharedState *state = find_shared_state();
    const SharedStateLock lock;
    DatabaseEntry *entry = find_database(state, database);
    if (entry == nullptr || kept_count == most_kept)
        return;
    entry->kept_away++;
    kept[kept_count++] = database;
    stop_processes(state, *entry);
}

void before(const Node *statement) {
    if (!IsTransactionState())
        return;
    const char *name = database_needed(statement);
    if (name != nullptr) {
        const Oid database = get_database_oid(name, true);
        if (OidIsValid(database) && may_change_database(database, IsA(statement, CreatedbStmt)))
            keep_away_from(database);
    }
    if (drops_extension(statement) && owns_extension())
        keep_away_from(MyDatabaseId);
    if (changes_databases(statement))
        look_for_databases_at_commit();
}

bool commits_prepared(const Node *statement) {
    return IsA(statement, TransactionStmt) &&
           reinterpret_cast<const TransactionStmt *>(statement)->kind == TRANS_STMT_COMMIT_PREPARED;
}

void process_utility(PlannedStmt *planned, const char *query_string, bool read_only_tree, ProcessUtilityContext context,
                     ParamListInfo parameters, QueryEnvironment *environment, DestReceiver *receiver,
                     QueryCompletion *completion) {
    pg::boundary([=] {
        const Node *statement = planned->utilityStmt;
        const bool prepared = commits_prepared(statement); // the statement may be gone afterwards
        if (!prepared)
            before(statement);
        const ProcessUtility_hook_type next = previous_hook != nullptr ? previous_hook : standard_ProcessUtility;
        next(planned, query_string, read_only_tree, context, parameters, environment, receiver, completion);
        if (prepared)
            prepared_transaction_committed();
    });
}

} // namespace

void install_keep_away() {
    previous_hook = ProcessUtility_hook;
    ProcessUtility_hook = process_utility;
}

} // namespace pgtv::scheduler
