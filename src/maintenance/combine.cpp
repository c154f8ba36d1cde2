// Adds and subtracts aggregates exactly as the query would compute them, or says that it cannot.

#include "pg/postgres.hpp"
#include "maintenance/combine.hpp"

#include "maintenance/column_expressions.hpp"
#include "maintenance/combination.hpp"

namespace pgtv::maintenance {

using plan::Combine;
using plan::DeltaColumn;

/** Is it one row that leaves and one that comes? The latter is there then, unless both are the same and cancel out. */
bool Combination::swaps_one() const {
    return gained(delta->rows) == 1 && lost(delta->rows) == 1;
}

/** One row leaves and one comes, with the same value in this column. */
bool Combination::stays_equal(int i) const {
    if (!swaps_one() || !present(change.gained, i) || !present(change.lost, i))
        return false;
    int16 length;
    bool by_value;
    get_typlenbyval(delta->columns[i].type, &length, &by_value);
    return datum_image_eq(change.gained.values[i], change.lost.values[i], by_value, length);
}

/** What is left of the inputs of an aggregate whose stored value is not NULL. */
Combination::Inputs Combination::inputs_left(int i) const {
    const DeltaColumn &column = delta->columns[i];
    const int64 lost_inputs = lost(column.inputs);
    const int64 net = gained(column.inputs) - lost_inputs;
    if (lost_inputs == 0 && net == 0)
        return Inputs::same;
    if (net >= 0)
        return Inputs::some;
    if (column.known_inputs < 0 || row.stored_nulls[column.known_inputs])
        return inputs_found(i);
    const int64 left = DatumGetInt64(row.stored[column.known_inputs]) + net;
    return left > 0 ? Inputs::some : left == 0 ? Inputs::none : Inputs::unknown;
}

/** No stored count tells: is there one? */
Combination::Inputs Combination::inputs_found(int i) const {
    const Found found = combining.members == nullptr ? Found::unknown : combining.members->any_input(i, key());
    return found == Found::yes ? Inputs::some : found == Found::no ? Inputs::none : Inputs::unknown;
}

/** Fills the stored values of aggregates which are no output columns. */
bool Combination::read_off() const {
    read_off_columns(combining.rule, row.stored, row.stored_nulls);
    for (int i = delta->visible_count; i < delta->column_count; i++) {
        const DeltaColumn &column = delta->columns[i];
        if (column.average < 0)
            continue;
        row.stored_nulls[i] = row.stored_nulls[column.average];
        if (!row.stored_nulls[i] &&
            !sum_of_average(column, row.stored[column.average], row.stored[column.known_inputs], &row.stored[i]))
            return false;
    }
    return true;
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

/** NULL as stored stands for no rows, if the outer join shows it so. */
int64 Combination::counted(int i) const {
    return (row.stored_nulls[i] ? 0 : DatumGetInt64(row.stored[i])) + gained(i) - lost(i);
}

bool Combination::count(int i) const {
    const int64 rows = delta->columns[i].none_is_null ? counted(delta->known_rows) : 1;
    if (rows == 0)
        set_null(i);
    else
        set(i, Int64GetDatum(counted(i)));
    return rows >= 0;
}

bool Combination::sum(int i) const {
    if (delta->columns[i].none_is_zero)
        return sum_or_zero(i);
    if (row.stored_nulls[i])
        return first_inputs(i);
    switch (inputs_left(i)) {
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
    return adjust(i);
}

/** Inputs are left, or zero stands for none. */
bool Combination::adjust(int i) const {
    const DeltaColumn &column = delta->columns[i];
    const Part come = value_of(change.gained, i);
    const Part gone = value_of(change.lost, i);
    const int32 scale = scale_in_doubt(column, row.stored[i], come, gone, swaps_one());
    if (scale >= 0 && (combining.members == nullptr || combining.members->any_of_scale(i, scale, key()) != Found::yes))
        return false;
    row.nulls[i] = false;
    return adjust_sum(column, row.stored[i], come, gone, &row.values[i]);
}

/** coalesce(sum(…), 0): zero has no decimals, and none are added by it. */
bool Combination::sum_or_zero(int i) const {
    const DeltaColumn &column = delta->columns[i];
    if (column.type == NUMERICOID && lost(column.inputs) > 0) {
        const Inputs left = inputs_left(i);
        if (left == Inputs::none)
            set(i, zero(column.type));
        if (left != Inputs::some)
            return left == Inputs::none;
    }
    return adjust(i);
}

/** From columns that are combined already. */
bool Combination::average(int i) const {
    const DeltaColumn &column = delta->columns[i];
    if (row.nulls[column.sum]) {
        set_null(i);
        return true;
    }
    const int64 count = DatumGetInt64(row.values[column.known_inputs]);
    if (count == 0)
        set_null(i); // of a sum that shows zero then
    else if (count > 0)
        set(i, divide_sum(delta->columns[column.sum].type, row.values[column.sum], count));
    return count >= 0;
}

bool Combination::column(int i) const {
    if (stays_equal(i) && delta->columns[i].combine != Combine::count) {
        keep(i);
        return true;
    }
    switch (delta->columns[i].combine) {
    case Combine::key:
    case Combine::carried:
        keep(i);
        return true;
    case Combine::count:
        return count(i);
    case Combine::sum:
        return sum(i);
    case Combine::smallest:
    case Combine::largest:
        return extremum(i);
    case Combine::all_true:
    case Combine::any_true:
        return truth(i);
    case Combine::all_bits:
    case Combine::any_bits:
        return bits(i);
    case Combine::average:
    case Combine::computed:
        row.nulls[i] = true;
        break; // when those are there of which they are made
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

Outcome Combination::change_row() const {
    if (!columns())
        return Outcome::recompute;
    if (!is_shown(combining.rule, row.values, row.nulls))
        return Outcome::remove;
    compute_columns(combining.rule, row.values, row.nulls);
    return Outcome::change;
}

/** The group is what has been gained. */
Outcome Combination::add() const {
    for (int i = 0; i < delta->column_count; i++) {
        row.values[i] = change.gained.values[i];
        row.nulls[i] = change.gained.nulls[i];
        if (delta->columns[i].none_is_zero && row.nulls[i])
            set(i, zero(delta->columns[i].type));
    }
    for (int i = 0; i < delta->column_count; i++)
        if (delta->columns[i].combine == Combine::average && !average(i))
            return Outcome::recompute;
    compute_columns(combining.rule, row.values, row.nulls);
    return Outcome::add;
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

/** Does a count tell that rows are left? */
bool Combination::has_rows() const {
    for (int i = 0; i < delta->column_count; i++)
        if (delta->columns[i].combine == Combine::count && DatumGetInt64(row.stored[i]) + gained(i) - lost(i) > 0)
            return true;
    return extremum_stays();
}

/** What becomes of the group as such. */
Outcome Combination::group() const {
    const int64 lost_rows = lost(delta->rows);
    const int64 net = gained(delta->rows) - lost_rows;
    if (row.stored == nullptr) {
        if (delta->group_count == 0 || delta->having != nullptr || net < 0 || (net > 0 && lost_rows > 0))
            return Outcome::recompute; // perhaps it is there, but HAVING hides it
        return net == 0 ? Outcome::nothing : Outcome::add;
    }
    if (delta->known_rows >= 0) {
        const int64 left = DatumGetInt64(row.stored[delta->known_rows]) + net;
        if (left < 0 || (left == 0 && delta->group_count == 0))
            return Outcome::recompute;
        return left == 0 ? Outcome::remove : Outcome::change;
    }
    if (net >= 0 || delta->group_count == 0 || has_rows())
        return Outcome::change;
    const Found left = combining.members == nullptr ? Found::unknown : combining.members->any_row(key());
    return left == Found::yes ? Outcome::change : left == Found::no ? Outcome::remove : Outcome::recompute;
}

Outcome combine(const Combining &combining, const GroupChange &change, const GroupRow &row) {
    const Combination combination{combining, combining.rule->delta, change, row};
    begin_row(combining.rule);
    if (row.stored != nullptr && !combination.read_off())
        return Outcome::recompute;
    const Outcome outcome = !combining.keeps_groups ? combination.group()
                            : row.stored == nullptr ? Outcome::recompute
                                                    : Outcome::change;
    if (outcome == Outcome::change)
        return combination.change_row();
    return outcome == Outcome::add ? combination.add() : outcome;
}

} // namespace pgtv::maintenance
