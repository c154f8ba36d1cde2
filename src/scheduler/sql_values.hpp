// Reading the last result of a statement, and values for the next, without a detour over text. Lifetime: a call.
#pragma once

#include "pg/sql.hpp"

namespace pgtv::scheduler::sql {

inline pg::SqlValue of_int8(int64 value) {
    return {INT8OID, Int64GetDatum(value), false};
}

/** DT_NOEND stands for NULL. */
inline pg::SqlValue of_time_or_null(TimestampTz value) {
    return {TIMESTAMPTZOID, TimestampTzGetDatum(value), TIMESTAMP_IS_NOEND(value)};
}

inline Datum value(uint64 row, int column, bool *null) {
    return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, null);
}

inline bool is_null(uint64 row, int column) {
    bool null;
    (void)value(row, column, &null);
    return null;
}

/** The zero of its type for NULL. */
inline int64 int8_at(uint64 row, int column) {
    bool null;
    const Datum datum = value(row, column, &null);
    return null ? 0 : DatumGetInt64(datum);
}

inline int32 int4_at(uint64 row, int column) {
    bool null;
    const Datum datum = value(row, column, &null);
    return null ? 0 : DatumGetInt32(datum);
}

inline Oid oid_at(uint64 row, int column) {
    bool null;
    const Datum datum = value(row, column, &null);
    return null ? InvalidOid : DatumGetObjectId(datum);
}

inline bool bool_at(uint64 row, int column) {
    bool null;
    const Datum datum = value(row, column, &null);
    return !null && DatumGetBool(datum);
}

/** DT_NOEND for NULL. */
inline TimestampTz time_at(uint64 row, int column) {
    bool null;
    const Datum datum = value(row, column, &null);
    return null ? DT_NOEND : DatumGetTimestampTz(datum);
}

} // namespace pgtv::scheduler::sql
