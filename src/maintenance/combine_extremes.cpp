// Aggregates that one input decides: the smallest, a false, a bit. When such an input leaves, another is looked for.

#include "pg/postgres.hpp"
#include "maintenance/combination.hpp"

namespace pgtv::maintenance {

using plan::Combine;
using plan::DeltaColumn;

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
    return !loses || order(i, change.lost.values[i], row.values[i]) > 0 || next_extremum(i);
}

/** The extremum has left. */
bool Combination::next_extremum(int i) const {
    const Found found =
        combining.members == nullptr ? Found::unknown : combining.members->extremum(i, key(), &row.values[i]);
    if (found == Found::no)
        set_null(i);
    return found != Found::unknown;
}

bool Combination::truth(int i) const {
    const bool decisive = delta->columns[i].combine == Combine::any_true;
    if (row.stored_nulls[i])
        return first_inputs(i);
    const Inputs left = inputs_left(i);
    if (left == Inputs::unknown)
        return false;
    if (left == Inputs::none) {
        set_null(i);
        return true;
    }
    keep(i);
    if (present(change.gained, i) && DatumGetBool(change.gained.values[i]) == decisive)
        set(i, BoolGetDatum(decisive));
    if (!present(change.lost, i) || DatumGetBool(change.lost.values[i]) != decisive)
        return true;
    const Found another =
        combining.members == nullptr ? Found::unknown : combining.members->any_truth(i, decisive, key());
    set(i, BoolGetDatum(another == Found::yes ? decisive : !decisive));
    return another != Found::unknown;
}

bool Combination::bits(int i) const {
    if (row.stored_nulls[i])
        return first_inputs(i);
    const Inputs left = inputs_left(i);
    if (left == Inputs::none)
        set_null(i);
    else if (left == Inputs::same)
        keep(i);
    return left == Inputs::some ? some_bits(i) : left != Inputs::unknown;
}

/** Inputs are left: each bit that one of those which left decided needs another that decides it. */
bool Combination::some_bits(int i) const {
    const DeltaColumn &column = delta->columns[i];
    const Bits bits =
        combine_bits(column, row.stored[i], value_of(change.gained, i), value_of(change.lost, i), swaps_one());
    set(i, bits.value);
    const int width = 8 * get_typlen(column.type);
    for (int bit = 0; bit < width; bit++) {
        if ((bits.decided >> bit & 1) == 0)
            continue;
        const Found found = combining.members == nullptr
                                ? Found::unknown
                                : combining.members->any_with_bit(i, bit, column.combine == Combine::any_bits, key());
        if (found == Found::unknown)
            return false;
        if (found == Found::no)
            set(i, undecide_bit(column, row.values[i], bit));
    }
    return true;
}

} // namespace pgtv::maintenance
