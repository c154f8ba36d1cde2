// Reading a set-returning function of the server without running a query. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::pg {

/** One row of a set-returning function. */
struct FunctionRow {
    TupleTableSlot *slot;

    [[nodiscard]] Oid oid(AttrNumber column) const {
        bool null;
        const Datum value = slot_getattr(slot, column, &null);
        return null ? InvalidOid : DatumGetObjectId(value);
    }
    [[nodiscard]] const char *string(AttrNumber column) const {
        bool null;
        const Datum value = slot_getattr(slot, column, &null);
        return null ? nullptr : TextDatumGetCString(value);
    }
    [[nodiscard]] int32 integer(AttrNumber column) const {
        bool null;
        const Datum value = slot_getattr(slot, column, &null);
        return null ? 0 : DatumGetInt32(value);
    }
};

/**
 * Calls `function` (no arguments, materialize mode) and `visitor` with each row. No query runs, so nothing that
 * happens at the end of queries happens.
 */
void visit_function_rows(Oid function, void (*visitor)(const FunctionRow &row, void *argument), void *argument);

template <typename Visitor>
void for_each_function_row(Oid function, Visitor visitor) {
    visit_function_rows(
        function, [](const FunctionRow &row, void *argument) { (*static_cast<Visitor *>(argument))(row); }, &visitor);
}

} // namespace pgtv::pg
