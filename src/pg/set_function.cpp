// Reading a set-returning function of the server without running a query. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg/set_function.hpp"

namespace pgtv::pg {

void visit_function_rows(Oid function, void (*visitor)(const FunctionRow &row, void *argument), void *argument) {
    FmgrInfo info;
    fmgr_info(function, &info);
    ExprContext *context = CreateStandaloneExprContext();
    ReturnSetInfo result = {};
    result.type = T_ReturnSetInfo;
    result.econtext = context;
    result.allowedModes = SFRM_Materialize;
    result.returnMode = SFRM_Materialize;

    LOCAL_FCINFO(call, 0);
    InitFunctionCallInfoData(*call, &info, 0, InvalidOid, nullptr, reinterpret_cast<Node *>(&result));
    (void)FunctionCallInvoke(call);
    if (result.setResult != nullptr) {
        TupleTableSlot *slot = MakeSingleTupleTableSlot(result.setDesc, &TTSOpsMinimalTuple);
        const FunctionRow row = {slot};
        while (tuplestore_gettupleslot(result.setResult, true, false, slot))
            visitor(row, argument);
        ExecDropSingleTupleTableSlot(slot);
        tuplestore_end(result.setResult);
    }
    FreeExprContext(context, true);
}

} // namespace pgtv::pg
