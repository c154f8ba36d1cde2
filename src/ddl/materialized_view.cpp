// CREATE and REFRESH MATERIALIZED VIEW on TVIEWs. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/materialized_view.hpp"

#include "ddl/create_request.hpp"
#include "ddl/tview_options.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/ddl.hpp"
#include "pg_tviews/error.hpp"
#include "pg_tviews/maintenance.hpp"
#include "pg_tviews/scheduler.hpp"

namespace pgtv::ddl {
namespace {

/** What the user had, while the server's "already exists, skipping" is kept from them. Lifetime: transaction. */
const char *saved_client_messages = nullptr;

void forget_client_messages(void *) {
    // Runs during abort: memory only.
    saved_client_messages = nullptr;
}

void set_client_messages(const char *value) {
    (void)set_config_option("client_min_messages", value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

void silence_client() {
    saved_client_messages =
        MemoryContextStrdup(TopTransactionContext, GetConfigOption("client_min_messages", false, false));
    auto *callback =
        static_cast<MemoryContextCallback *>(MemoryContextAlloc(TopTransactionContext, sizeof(MemoryContextCallback)));
    callback->func = forget_client_messages;
    MemoryContextRegisterResetCallback(TopTransactionContext, callback);
    set_client_messages("error");
}

void create_early(CreateTableAsStmt *statement) {
    const CreateRequest request = request_from_create_as(statement, nullptr);
    if (!OidIsValid(create_tview(request)))
        ereport(DEBUG1, (errmsg("tview \"%s\" was there", request.name->relname)));
    statement->if_not_exists = true;
    silence_client();
}

} // namespace

bool wants_tview(CreateTableAsStmt *statement) {
    bool wanted = false;
    if (statement->objtype != OBJECT_MATVIEW || !find_tview_option(statement->into->options, &wanted))
        return false;
    if (!wanted)
        statement->into->options = without_tview_option(statement->into->options);
    return wanted;
}

Oid refreshed_tview(const RefreshMatViewStmt *statement) {
    const Oid relid = RangeVarGetRelid(statement->relation, NoLock, true);
    return catalog::find_tview(relid) == nullptr ? InvalidOid : relid;
}

void refresh_tview(const RefreshMatViewStmt *statement, Oid tview) {
    PreventCommandIfReadOnly("REFRESH MATERIALIZED VIEW");
    if (!compat::owns_relation(tview))
        aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_MATVIEW, get_rel_name(tview));
    if (statement->skipData)
        raise(Unsupported{"REFRESH … WITH NO DATA cannot be used with a tview", nullptr,
                          "Drop the TVIEW, or create it WITH NO DATA."});
    scheduler::wait_to_refresh(tview);
    (void)maintenance::refresh_full(tview);
}

void adapt_materialized_view(Node *statement) {
    if (IsA(statement, CreateTableAsStmt)) {
        auto *create = reinterpret_cast<CreateTableAsStmt *>(statement);
        if (wants_tview(create))
            create_early(create);
    } else if (IsA(statement, RefreshMatViewStmt)) {
        const auto *refresh = reinterpret_cast<RefreshMatViewStmt *>(statement);
        if (OidIsValid(refreshed_tview(refresh)))
            raise(NotPreloaded{"REFRESH MATERIALIZED VIEW on a tview"});
    }
}

void restore_client_messages() {
    if (saved_client_messages == nullptr)
        return;
    set_client_messages(saved_client_messages);
    saved_client_messages = nullptr;
}

} // namespace pgtv::ddl
