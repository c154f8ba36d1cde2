// bigint (and money) by a wider integer, numeric under the conditions on which the server itself takes values out of a
// sum again, interval field by field.

#include "pg/postgres.hpp"
#include "maintenance/exact_sums.hpp"

namespace pgtv::maintenance {
namespace {

using plan::Combine;
using plan::DeltaColumn;

bool is_special(Datum value) {
    return numeric_is_nan(DatumGetNumeric(value)) || numeric_is_inf(DatumGetNumeric(value));
}

int32 scale_of(Datum value) {
    return DatumGetInt32(DirectFunctionCall1(numeric_scale, value));
}

bool adjust_numeric(Datum stored, const Part &gained, const Part &lost, Datum *result) {
    if (is_special(stored) || (gained.present && is_special(gained.value)) || (lost.present && is_special(lost.value)))
        return false;
    *result = stored;
    if (gained.present)
        *result = DirectFunctionCall2(numeric_add, *result, gained.value);
    if (lost.present)
        *result = DirectFunctionCall2(numeric_sub, *result, lost.value);
    return true;
}

bool adjust_integer(Datum stored, const Part &gained, const Part &lost, Datum *result) {
    __int128 sum = DatumGetInt64(stored);
    if (gained.present)
        sum += DatumGetInt64(gained.value);
    if (lost.present)
        sum -= DatumGetInt64(lost.value);
    *result = Int64GetDatum(static_cast<int64>(sum));
    return sum >= PG_INT64_MIN && sum <= PG_INT64_MAX; // else the query raises an error
}

/** Small enough for a few of them to be added; not infinite. */
bool is_moderate(const Interval *value) {
    constexpr int32 most = PG_INT32_MAX / 8;
    constexpr int64 most_time = PG_INT64_MAX / 8;
    return value->month > -most && value->month < most && value->day > -most && value->day < most &&
           value->time > -most_time && value->time < most_time;
}

bool adjust_interval(Datum stored, const Part &gained, const Part &lost, Datum *result) {
    if (!is_moderate(DatumGetIntervalP(stored)) || (gained.present && !is_moderate(DatumGetIntervalP(gained.value))) ||
        (lost.present && !is_moderate(DatumGetIntervalP(lost.value))))
        return false;
    *result = stored;
    if (gained.present)
        *result = DirectFunctionCall2(interval_pl, *result, gained.value);
    if (lost.present)
        *result = DirectFunctionCall2(interval_mi, *result, lost.value);
    return true;
}

int64 integer_of(Oid type, Datum value) {
    return type == INT2OID ? DatumGetInt16(value) : type == INT4OID ? DatumGetInt32(value) : DatumGetInt64(value);
}

Datum integer_datum(Oid type, int64 value) {
    return type == INT2OID   ? Int16GetDatum(static_cast<int16>(value))
           : type == INT4OID ? Int32GetDatum(static_cast<int32>(value))
                             : Int64GetDatum(value);
}

Datum numeric_datum(int64 value) {
    return NumericGetDatum(int64_to_numeric(value));
}

} // namespace

bool adjust_sum(const DeltaColumn &column, Datum stored, const Part &gained, const Part &lost, Datum *result) {
    if (column.type == NUMERICOID)
        return adjust_numeric(stored, gained, lost, result);
    if (column.type == INTERVALOID)
        return adjust_interval(stored, gained, lost, result);
    return adjust_integer(stored, gained, lost, result);
}

int32 scale_in_doubt(const DeltaColumn &column, Datum stored, const Part &gained, const Part &lost, bool come_to_stay) {
    if (column.type != NUMERICOID || column.scale >= 0 || !lost.present || is_special(stored) ||
        is_special(lost.value) || (gained.present && is_special(gained.value)))
        return -1;
    const int32 come = gained.present ? scale_of(gained.value) : 0;
    const int32 shown = std::max(scale_of(stored), come);
    if (shown == 0)
        return -1; // no input has a smaller one
    return scale_of(lost.value) < shown || (come_to_stay && come == shown && gained.present) ? -1 : shown;
}

Bits combine_bits(const DeltaColumn &column, Datum stored, const Part &gained, const Part &lost, bool come_to_stay) {
    const int64 flip = column.combine == Combine::all_bits ? -1 : 0;
    const int64 before = integer_of(column.type, stored) ^ flip;
    const int64 come = gained.present ? integer_of(column.type, gained.value) ^ flip : 0;
    const int64 gone = lost.present ? integer_of(column.type, lost.value) ^ flip : 0;
    return {integer_datum(column.type, (before | come) ^ flip), gone & ~(come_to_stay ? come : 0)};
}

Datum undecide_bit(const DeltaColumn &column, Datum value, int bit) {
    const int64 bits = integer_of(column.type, value);
    const auto mask = static_cast<int64>(uint64(1) << bit);
    return integer_datum(column.type, column.combine == Combine::all_bits ? bits | mask : bits & ~mask);
}

Datum divide_sum(Oid sum_type, Datum sum, int64 count) {
    if (sum_type == INTERVALOID)
        return DirectFunctionCall2(interval_div, sum, Float8GetDatum(static_cast<float8>(count)));
    if (sum_type != NUMERICOID)
        sum = numeric_datum(DatumGetInt64(sum));
    return DirectFunctionCall2(numeric_div, sum, numeric_datum(count));
}

bool sum_of_average(const DeltaColumn &column, Datum average, Datum count, Datum *sum) {
    const int64 inputs = DatumGetInt64(count);
    if (is_special(average) || inputs <= 0)
        return false;
    // The average is off by half a unit in its last place at most, the product by that for each input: a tenth of a unit
    // in the last place of the sum, or less, rounds to the sum.
    int64 bound = inputs;
    int spare = scale_of(average) - column.scale - 1;
    for (; bound > 0 && spare > 0; spare--)
        bound /= 10;
    if (bound > 0)
        return false;
    const Datum product = DirectFunctionCall2(numeric_mul, average, numeric_datum(inputs));
    *sum = DirectFunctionCall2(numeric_round, product, Int32GetDatum(column.scale));
    if (column.type == INT8OID)
        *sum = DirectFunctionCall1(numeric_int8, *sum);
    return datum_image_eq(divide_sum(column.type, *sum, inputs), average, false, -1);
}

Datum zero(Oid type) {
    return type == NUMERICOID ? numeric_datum(0) : Int64GetDatum(0);
}

} // namespace pgtv::maintenance
