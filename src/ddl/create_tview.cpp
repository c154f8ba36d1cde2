// CREATE TVIEW, however it was written: everything happens in the statement's transaction, so whatever fails leaves
// nothing behind. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "pg_tviews/ddl.hpp"

#include "ddl/companion.hpp"
#include "ddl/lock_order.hpp"
#include "ddl/tview_build.hpp"
#include "ddl/tview_options.hpp"
#include "ddl/tview_relations.hpp"
#include "pg/identity.hpp"
#include "pg/names.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::ddl {
namespace {

enum class Existing { none, skip, replace };

/** Locks the sources, then the TVIEW itself, which may have been renamed or dropped until then. */
Existing lock_for_replace(RangeVar *name, Oid *existing) {
    if (!compat::owns_relation(*existing))
        aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, name->relname);
    lock_sources_of(list_make1_oid(*existing));
    (void)RangeVarGetAndCheckCreationNamespace(name, AccessExclusiveLock, existing);
    return OidIsValid(*existing) ? Existing::replace : Existing::none;
}

/** What to do about a relation of that name; checks CREATE on the schema. */
Existing check_name(const CreateRequest &request, Oid *existing) {
    RangeVar *name = pg::copy_node(request.name);
    (void)RangeVarGetAndCheckCreationNamespace(name, NoLock, existing);
    if (name->relpersistence != RELPERSISTENCE_PERMANENT)
        raise(Unsupported{"temporary and unlogged tviews are not supported", nullptr, nullptr});
    if (!OidIsValid(*existing))
        return Existing::none;
    if (request.or_replace) {
        if (catalog::find_tview(*existing) == nullptr)
            raise(NotATView{name->relname, pg::relation_kind(*existing)});
        return lock_for_replace(name, existing);
    }
    if (!request.if_not_exists)
        raise(AlreadyExists{name->relname});
    ereport(NOTICE,
            (errcode(ERRCODE_DUPLICATE_TABLE), errmsg("relation \"%s\" already exists, skipping", name->relname)));
    return Existing::skip;
}

Oid build_tview(const CreateRequest &request, const TViewOptions &options) {
    Query *query = pg::copy_node(request.query);
    List *columns = define_columns(query, request.columns);
    const Oid table = create_table(request, columns, options.storage, InvalidOid);
    const Oid view = create_view(table, columns, query);
    const catalog::TView row = {
        .relid = table,
        .view = view,
        .refresh = options.refresh,
        .key = options.key,
        .schedule = options.schedule,
        .timezone = options.timezone,
        .notify = nullptr,
        .populated = request.with_data,
    };
    catalog::insert_tview(row);
    connect_sources(row);
    make_companion(row);
    report_rule(furnish_tview(row));
    return table;
}

} // namespace

Oid create_tview(const CreateRequest &request) {
    check_can_create(request);
    TViewOptions options = parse_options(request.options);
    settle_schedule(&options);
    Oid existing = InvalidOid;
    switch (check_name(request, &existing)) {
    case Existing::skip:
        return InvalidOid;
    case Existing::replace:
        replace_tview(existing, request, options);
        return existing;
    case Existing::none:
        break;
    }
    check_definition(request.query, options.refresh, GetUserId());
    return build_tview(request, options);
}

} // namespace pgtv::ddl
