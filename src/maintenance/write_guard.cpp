// The trigger that refuses direct writes to a TVIEW. Maintenance writes below the level at which statement triggers
// fire, so it need not tell the two apart. Lifetime: a call.

#include "pg/postgres.hpp"

#include "pg/bridge.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/error.hpp"

extern "C" {
#pragma GCC visibility push(default)
PG_FUNCTION_INFO_V1(tview_write_guard);
#pragma GCC visibility pop
}

Datum tview_write_guard(PG_FUNCTION_ARGS) {
    return pgtv::pg::boundary([&] {
        if (!CALLED_AS_TRIGGER(fcinfo))
            ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                            errmsg("function \"%s\" must be called as a trigger", "write_guard")));
        Relation relation = reinterpret_cast<TriggerData *>(fcinfo->context)->tg_relation;
        // A table restored alone, without its catalog row, is an ordinary table.
        if (pgtv::catalog::find_tview(RelationGetRelid(relation)) != nullptr)
            pgtv::raise(pgtv::DirectWrite{RelationGetRelationName(relation)});
        return PointerGetDatum(nullptr);
    });
}
