// Adds and subtracts aggregates exactly as the query would compute them, or says that it cannot. Pure.

#include "pg/postgres.hpp"
#include "maintenance/combine.hpp"

namespace pgtv::maintenance {
namespace {

using plan::Combine;
using plan::DeltaColumn;
using plan::DeltaPlan;

/** One group being combined. */
struct Combination {
    const DeltaPlan *delta;
    const GroupChange &change;
    const GroupRow &row;

    [[nodiscard]] static int64 number(const Contribution &from, int position) {
        return from.values == nullptr || from.nulls[position] ? 0 : DatumGetInt64(from.values[position]);
    }
    [[nodiscard]] int64 gained(int position) const {
        return number(change.gained, position);
    }
    [[nodiscard]] int64 lost(int position) const {
        return number(change.lost, position);
    }
    /** Is there a value in this column of the contribution? */
    [[nodiscard]] static bool present(const Contribution &from, int position) {
        return from.values != nullptr && !from.nulls[position];
    }
    void keep(int i) const {
        row.values[i] = row.stored[i];
        row.nulls[i] = row.stored_nulls[i];
    }
    void set(int i, Datum value) const {
        row.values[i] = value;
        row.nulls[i] = false;
    }
    void set_null(int i) const {
        row.values[i] = Datum(0);
        row.nulls[i] = true;
    }

    enum class Inputs { same, none, some, unknown };
    [[nodiscard]] Inputs inputs_left(const DeltaColumn &column) const;
    bool first_inputs(int i) const;
    bool sum(int i) const;
    [[nodiscard]] bool subtract_numeric(int i) const;
    bool average(int i) const;
    bool extremum(int i) const;
    bool truth(int i) const;
    bool column(int i) const;
    bool columns() const;
    [[nodiscard]] Outcome group() const;
    [[nodiscard]] bool extremum_stays() const;
    [[nodiscard]] int order(int i, Datum one, Datum other) const;
};

/** What is left of the inputs of an aggregate whose stored value is not NULL. */
Combination::Inputs Combination::inputs_left(const DeltaColumn &column) const {
    const int64 lost_inputs = lost(column.inputs);
    const int64 net = gained(column.inputs) - lost_inputs;
    if (lost_inputs == 0 && net == 0)
        return Inputs::same;
    if (net >= 0)
        return Inputs::some;
    if (column.known_inputs < 0 || row.stored_nulls[column.known_inputs])
        return Inputs::unknown;
    const int64 left = DatumGetInt64(row.stored[column.known_inputs]) + net;
    return left > 0 ? Inputs::some : left == 0 ? Inputs::none : Inputs::unknown;
}

/** The stored value is NULL: there were no inputs. */
bool Combination::first_inputs(int i) const {
    if (lost(delta->columns[i].inputs) > 0)
        return false;
    if (present(change.gained, i))
        set(i, change.gained.values[i]);
    else
        set_null(i);
    return true;
}

bool is_special(Datum value) {
    return numeric_is_nan(DatumGetNumeric(value)) || numeric_is_inf(DatumGetNumeric(value));
}

int32 scale_of(Datum value) {
    return DatumGetInt32(DirectFunctionCall1(numeric_scale, value));
}

/** Under the conditions on which the server itself takes values out of a numeric sum again. */
bool Combination::subtract_numeric(int i) const {
    const bool gains = present(change.gained, i);
    const bool loses = present(change.lost, i);
    Datum value = row.stored[i];
    if (is_special(value) || (gains && is_special(change.gained.values[i])) ||
        (loses && is_special(change.lost.values[i])))
        return false;
    if (loses && !delta->columns[i].fixed_scale && scale_of(change.lost.values[i]) >= scale_of(value))
        return false; // the value that gave the sum its scale may have left
    if (gains)
        value = DirectFunctionCall2(numeric_add, value, change.gained.values[i]);
    if (loses)
        value = DirectFunctionCall2(numeric_sub, value, change.lost.values[i]);
    set(i, value);
    return true;
}

bool Combination::sum(int i) const {
    const DeltaColumn &column = delta->columns[i];
    if (row.stored_nulls[i])
        return first_inputs(i);
    switch (inputs_left(column)) {
    case Inputs::same:
        keep(i);
        return true;
    case Inputs::none:
        set_null(i);
        return true;
    case Inputs::unknown:
        return false;
    case Inputs::some:
        break;
    }
    if (column.type == NUMERICOID)
        return subtract_numeric(i);
    const auto value = static_cast<__int128>(DatumGetInt64(row.stored[i])) + gained(i) - static_cast<__int128>(lost(i));
    if (value < PG_INT64_MIN || value > PG_INT64_MAX)
        return false; // the query raises an error
    set(i, Int64GetDatum(static_cast<int64>(value)));
    return true;
}

/** From columns that are combined already. */
bool Combination::average(int i) const {
    const DeltaColumn &column = delta->columns[i];
    if (row.nulls[column.sum]) {
        set_null(i);
        return true;
    }
    const int64 count = DatumGetInt64(row.values[column.known_inputs]);
    if (count <= 0)
        return false;
    Datum total = row.values[column.sum];
    if (delta->columns[column.sum].type != NUMERICOID)
        total = NumericGetDatum(int64_to_numeric(DatumGetInt64(total)));
    set(i, DirectFunctionCall2(numeric_div, total, NumericGetDatum(int64_to_numeric(count))));
    return true;
}

/** Negative: `one` is further out (smaller for a minimum). */
int Combination::order(int i, Datum one, Datum other) const {
    const DeltaColumn &column = delta->columns[i];
    const int result = DatumGetInt32(OidFunctionCall2Coll(column.compare, column.collation, one, other));
    const int sign = result < 0 ? -1 : result > 0 ? 1 : 0;
    return column.combine == Combine::smallest ? sign : -sign;
}

bool Combination::extremum(int i) const {
    const DeltaColumn &column = delta->columns[i];
    const bool gains = present(change.gained, i);
    const bool loses = present(change.lost, i);
    if (row.stored_nulls[i] && (loses || !gains)) {
        set_null(i);
        return !loses;
    }
    if (row.stored_nulls[i]) {
        set(i, change.gained.values[i]);
        return true;
    }
    keep(i);
    if (gains) {
        const int place = order(i, change.gained.values[i], row.stored[i]);
        int16 length;
        bool by_value;
        get_typlenbyval(column.type, &length, &by_value);
        if (place == 0 && !datum_image_eq(change.gained.values[i], row.stored[i], by_value, length))
            return false; // equal but not the same: which one the query shows is its affair
        if (place < 0)
            set(i, change.gained.values[i]);
    }
    return !loses || order(i, change.lost.values[i], row.values[i]) > 0;
}

bool Combination::truth(int i) const {
    const DeltaColumn &column = delta->columns[i];
    const bool decisive = column.combine == Combine::any_true;
    const bool gains = present(change.gained, i);
    if (row.stored_nulls[i])
        return first_inputs(i);
    const Inputs left = inputs_left(column);
    if (left == Inputs::unknown)
        return false;
    if (left == Inputs::none) {
        set_null(i);
        return true;
    }
    keep(i);
    if (gains && DatumGetBool(change.gained.values[i]) == decisive)
        set(i, BoolGetDatum(decisive));
    const bool loses_decisive = present(change.lost, i) && DatumGetBool(change.lost.values[i]) == decisive;
    return !loses_decisive;
}

bool Combination::column(int i) const {
    switch (delta->columns[i].combine) {
    case Combine::key:
    case Combine::carried:
        keep(i);
        return true;
    case Combine::count:
        set(i, Int64GetDatum(DatumGetInt64(row.stored[i]) + gained(i) - lost(i)));
        return true;
    case Combine::sum:
        return sum(i);
    case Combine::smallest:
    case Combine::largest:
        return extremum(i);
    case Combine::all_true:
    case Combine::any_true:
        return truth(i);
    case Combine::average:
        break; // when sums and counts are there
    }
    return true;
}

bool Combination::columns() const {
    for (int i = 0; i < delta->column_count; i++)
        if (!column(i))
            return false;
    for (int i = 0; i < delta->column_count; i++)
        if (delta->columns[i].combine == Combine::average && !average(i))
            return false;
    return true;
}

/** The row that holds a stored extremum has not left: the group is not empty. */
bool Combination::extremum_stays() const {
    for (int i = 0; i < delta->column_count; i++) {
        const Combine how = delta->columns[i].combine;
        if ((how == Combine::smallest || how == Combine::largest) && !row.stored_nulls[i] &&
            (!present(change.lost, i) || order(i, change.lost.values[i], row.stored[i]) > 0))
            return true;
    }
    return false;
}

/** What becomes of the group as such. */
Outcome Combination::group() const {
    const int64 lost_rows = lost(delta->rows);
    const int64 net = gained(delta->rows) - lost_rows;
    if (row.stored == nullptr) {
        if (delta->group_count == 0 || net < 0 || (net > 0 && lost_rows > 0))
            return Outcome::recompute;
        return net == 0 ? Outcome::nothing : Outcome::add;
    }
    if (delta->known_rows >= 0) {
        const int64 left = DatumGetInt64(row.stored[delta->known_rows]) + net;
        if (left < 0 || (left == 0 && delta->group_count == 0))
            return Outcome::recompute;
        return left == 0 ? Outcome::remove : Outcome::change;
    }
    if (net < 0 && delta->group_count > 0 && !extremum_stays())
        return Outcome::recompute;
    return Outcome::change;
}

} // namespace

Outcome combine(const DeltaPlan *delta, bool keeps_groups, const GroupChange &change, const GroupRow &row) {
    const Combination combination{delta, change, row};
    const Outcome outcome =
        keeps_groups ? (row.stored == nullptr ? Outcome::recompute : Outcome::change) : combination.group();
    return outcome == Outcome::change && !combination.columns() ? Outcome::recompute : outcome;
}

} // namespace pgtv::maintenance
