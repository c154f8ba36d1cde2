// Turns each case of the error taxonomy into an ereport: message, SQLSTATE, DETAIL, HINT.

#include "pg/postgres.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv {
namespace {

struct Report {
    int sqlstate;
    const char *message;
    const char *detail = nullptr;
    const char *hint = nullptr;
    int position = 0;
};

Report describe(const RelationMissing &e) {
    return {ERRCODE_UNDEFINED_TABLE, psprintf("relation \"%s\" does not exist", e.name)};
}

Report describe(const SchemaMissing &e) {
    return {ERRCODE_UNDEFINED_SCHEMA, psprintf("schema \"%s\" does not exist", e.name)};
}

Report describe(const TViewMissing &e) {
    return {ERRCODE_UNDEFINED_OBJECT, psprintf("tview \"%s\" does not exist", e.name), nullptr,
            "The view tview.tviews lists all TVIEWs."};
}

Report describe(const AlreadyExists &e) {
    return {ERRCODE_DUPLICATE_TABLE, psprintf("relation \"%s\" already exists", e.name)};
}

Report describe(const NotATView &e) {
    return {ERRCODE_WRONG_OBJECT_TYPE, psprintf("\"%s\" is not a tview", e.name),
            psprintf("\"%s\" is %s %s.", e.name, *e.what == 'i' ? "an" : "a", e.what),
            "The view tview.tviews lists all TVIEWs."};
}

Report describe(const NotAMatview &e) {
    return {ERRCODE_WRONG_OBJECT_TYPE, psprintf("\"%s\" is not a materialized view", e.name),
            psprintf("\"%s\" is %s %s.", e.name, *e.what == 'i' ? "an" : "a", e.what), e.hint};
}

Report describe(const RegistrationMissing &e) {
    return {ERRCODE_UNDEFINED_OBJECT, psprintf("materialized view \"%s\" is not registered", e.name), nullptr,
            "The view tview.registrations lists those that are; tview_register() registers one."};
}

Report describe(const RunMissing &e) {
    return {ERRCODE_UNDEFINED_OBJECT, psprintf("run %s does not exist", e.run_id), nullptr,
            "The view tview.runs lists the runs; old ones are removed."};
}

Report describe(const AlreadyRegistered &e) {
    return {ERRCODE_DUPLICATE_OBJECT, psprintf("materialized view \"%s\" is already registered", e.name), nullptr,
            "tview_alter() changes how it is refreshed."};
}

Report describe(const LockUnavailable &e) {
    return {ERRCODE_LOCK_NOT_AVAILABLE, e.message, e.detail, e.hint};
}

Report describe(const InvalidName &e) {
    return {ERRCODE_INVALID_NAME, psprintf("invalid name: \"%s\"", e.name), e.detail};
}

Report describe(const InvalidOption &e) {
    return {ERRCODE_INVALID_PARAMETER_VALUE, psprintf("invalid option \"%s\"", e.option), e.detail, e.hint};
}

Report describe(const SyntaxRefused &e) {
    return {ERRCODE_SYNTAX_ERROR, e.message, nullptr, e.hint, e.position};
}

Report describe(const Unsupported &e) {
    return {ERRCODE_FEATURE_NOT_SUPPORTED, e.message, e.detail, e.hint};
}

Report describe(const DependencyCycle &e) {
    return {ERRCODE_INVALID_OBJECT_DEFINITION, psprintf("tview \"%s\" would depend on itself", e.name),
            psprintf("The cycle is %s.", e.path), "Define the query without reading the TVIEW itself."};
}

Report describe(const TooDeep &e) {
    return {ERRCODE_STATEMENT_TOO_COMPLEX, psprintf("%s is deeper than %d levels", e.what, e.limit),
            psprintf("The path is %s.", e.path),
            psprintf("Raise pg_tviews.max_%s_depth or flatten the chain.", e.what)};
}

Report describe(const NotReady &e) {
    return {ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, e.message, e.detail, e.hint};
}

Report describe(const DirectWrite &e) {
    return {ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, psprintf("cannot write to tview \"%s\"", e.tview),
            "The contents of a TVIEW follow from its query.",
            "Write to its source tables; tview_verify(…, repair => true) repairs it."};
}

Report describe(const NotPreloaded &e) {
    return {ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, psprintf("%s needs the pg_tviews library to be loaded", e.what),
            nullptr, "Add pg_tviews to shared_preload_libraries, or run LOAD 'pg_tviews' first."};
}

Report describe(const NoPrivilege &e) {
    return {ERRCODE_INSUFFICIENT_PRIVILEGE, e.message, e.detail, e.hint};
}

Report describe(const StaleSnapshot &e) {
    return {ERRCODE_T_R_SERIALIZATION_FAILURE,
            psprintf("could not serialize access: tview \"%s\" depends on concurrently changed rows", e.tview), nullptr,
            "Run the transaction again."};
}

Report describe(const OnStandby &e) {
    return {ERRCODE_READ_ONLY_SQL_TRANSACTION, psprintf("cannot execute %s during recovery", e.what)};
}

} // namespace

void raise(const TViewError &error) {
    const Report report = std::visit([](const auto &one_case) { return describe(one_case); }, error);
    ereport(ERROR, (errcode(report.sqlstate), errmsg("%s", report.message),
                    report.detail != nullptr ? errdetail("%s", report.detail) : 0,
                    report.hint != nullptr ? errhint("%s", report.hint) : 0,
                    report.position > 0 ? errposition(report.position) : 0));
    pg_unreachable();
}

} // namespace pgtv
