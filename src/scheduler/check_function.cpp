// tview_check(): what a refresh needs, without refreshing; tview.index_advice(). Lifetime: a call.

#include "pg/postgres.hpp"

#include "pg/bridge.hpp"
#include "pg_tviews/error.hpp"
#include "scheduler/arguments.hpp"
#include "scheduler/checks.hpp"
#include "scheduler/prerequisites.hpp"
#include "scheduler/refresh_lock.hpp"
#include "scheduler/refresh_mode.hpp"
#include "scheduler/registration_table.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_check);
PG_FUNCTION_INFO_V1(tview_index_advice);
#pragma GCC visibility pop
}

namespace pgtv::scheduler {
namespace {

struct CheckRow {
    const char *name;
    bool ok;
    int sqlstate; // of the error a refresh would raise
    const char *detail;
    const char *hint;
};

class CheckRows {
public:
    explicit CheckRows(FunctionCallInfo fcinfo) {
        InitMaterializedSRF(fcinfo, 0);
        result_ = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    }

    void add(const CheckRow &row) const {
        const char *texts[] = {nullptr, nullptr, row.ok ? nullptr : unpack_sql_state(row.sqlstate), row.detail,
                               row.ok ? nullptr : row.hint};
        Datum values[5] = {CStringGetTextDatum(row.name), BoolGetDatum(row.ok)};
        bool nulls[5] = {};
        for (int i = 2; i < 5; i++) {
            nulls[i] = texts[i] == nullptr;
            values[i] = nulls[i] ? Datum(0) : CStringGetTextDatum(texts[i]);
        }
        tuplestore_putvalues(result_->setResult, result_->setDesc, values, nulls);
    }

private:
    ReturnSetInfo *result_;
};

/** What only a concurrent refresh needs. Mode auto goes without: then it says what happens instead. */
void check_concurrent(const CheckRows &rows, Relation view, RefreshMode mode) {
    const Prerequisites found = examine(view);
    const bool required = mode == RefreshMode::concurrent;
    const char *instead = mode == RefreshMode::automatic ? "It is refreshed in mode standard." : nullptr;
    const char *populated = found.populated ? nullptr : required ? "It is not populated." : instead;
    rows.add({"populated", found.populated || !required, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, populated,
              "Refresh it in mode standard once, or use mode auto."});
    const bool indexed = OidIsValid(found.usable_index);
    const char *index = indexed    ? psprintf("Index \"%s\" is used.", get_rel_name(found.usable_index))
                        : required ? "It has no unique index that is valid, immediate and not partial, on plain "
                                     "columns only."
                                   : instead;
    rows.add(
        {"unique_index", indexed || !required, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, index, index_hint(found)});
}

/** NULL when it is gone, or locked by whoever refreshes it: who only looks does not wait for that. */
Relation open_without_waiting(Oid view) {
    return ConditionalLockRelationOid(view, AccessShareLock) ? try_relation_open(view, NoLock) : nullptr;
}

void check(FunctionCallInfo fcinfo) {
    const CheckRows rows(fcinfo);
    if (PG_ARGISNULL(0))
        return;
    const Oid view = PG_GETARG_OID(0);
    const char *asked = text_argument(fcinfo, 1);
    require_matview(view, "tview_check() takes materialized views.");
    if (asked == nullptr)
        asked = registered_mode(view);
    const RefreshMode mode = asked != nullptr ? parse_mode(asked) : default_mode();
    rows.add({"primary", !RecoveryInProgress(), ERRCODE_READ_ONLY_SQL_TRANSACTION,
              RecoveryInProgress() ? "This server is a standby." : nullptr, "Refresh it on the primary."});
    const bool allowed = compat::may_maintain(view);
    rows.add({"privilege", allowed, ERRCODE_INSUFFICIENT_PRIVILEGE, allowed ? nullptr : "You are not its owner.",
              "Ask its owner."});
    const char *holder = find_refresher(view);
    rows.add({"not_in_progress", holder == nullptr, ERRCODE_LOCK_NOT_AVAILABLE, holder,
              "Wait until that refresh has ended."});
    if (mode == RefreshMode::standard)
        return;
    Relation relation = open_without_waiting(view);
    if (relation == nullptr)
        return;
    check_concurrent(rows, relation, mode);
    relation_close(relation, AccessShareLock);
}

const char *index_advice(Oid view) {
    if (get_rel_relkind(view) != RELKIND_MATVIEW)
        return nullptr;
    Relation relation = open_without_waiting(view);
    if (relation == nullptr)
        return nullptr;
    const char *cure = examine(relation).cure;
    relation_close(relation, AccessShareLock);
    return cure;
}

} // namespace
} // namespace pgtv::scheduler

Datum tview_check(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        pgtv::scheduler::check(fcinfo);
        return Datum(0);
    });
}

Datum tview_index_advice(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        const char *advice = pgtv::scheduler::index_advice(PG_GETARG_OID(0));
        if (advice == nullptr)
            PG_RETURN_NULL();
        return CStringGetTextDatum(advice);
    });
}
