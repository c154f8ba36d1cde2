// Result rows and permissions of the SQL functions. Lifetime: a call.

#include "pg/postgres.hpp"
#include "monitoring/record.hpp"

#include "pg_tviews/error.hpp"

namespace pgtv::monitoring {

Datum make_record(FunctionCallInfo fcinfo, Datum *values, bool *nulls) {
    TupleDesc desc = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &desc) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "the function does not return a row");
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

void check_may_refresh(Oid relation, const char *function) {
    if (RecoveryInProgress())
        raise(OnStandby{function});
    PreventCommandIfReadOnly(function);
    if (!compat::owns_relation(relation))
        raise(NoPrivilege{psprintf("must be owner of \"%s\"", get_rel_name(relation)), nullptr, nullptr});
}

} // namespace pgtv::monitoring
