// One group being combined: its columns one by one. Lifetime: a call of combine().
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/combine.hpp"
#include "maintenance/exact_sums.hpp"
#include "plan/delta.hpp"

namespace pgtv::maintenance {

/** Column functions fill the new row at position i, or say that it is not to be known without reading the group. */
struct Combination {
    const Combining &combining;
    const plan::DeltaPlan *delta;
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
    [[nodiscard]] static Part value_of(const Contribution &from, int position) {
        return present(from, position) ? Part{true, from.values[position]} : Part{false, Datum(0)};
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
    [[nodiscard]] GroupKey key() const {
        return {row.stored, row.stored_nulls};
    }
    [[nodiscard]] bool swaps_one() const;
    [[nodiscard]] bool stays_equal(int i) const;
    [[nodiscard]] Inputs inputs_left(int i) const;
    [[nodiscard]] Inputs inputs_found(int i) const;
    bool read_off() const;
    [[nodiscard]] int64 counted(int i) const;
    bool count(int i) const;
    bool first_inputs(int i) const;
    bool sum(int i) const;
    bool sum_or_zero(int i) const;
    bool adjust(int i) const;
    bool average(int i) const;
    bool extremum(int i) const;
    bool next_extremum(int i) const;
    bool truth(int i) const;
    bool bits(int i) const;
    bool some_bits(int i) const;
    bool column(int i) const;
    bool columns() const;
    [[nodiscard]] Outcome add() const;
    [[nodiscard]] Outcome change_row() const;
    [[nodiscard]] Outcome group() const;
    [[nodiscard]] bool has_rows() const;
    [[nodiscard]] bool extremum_stays() const;
    [[nodiscard]] int order(int i, Datum one, Datum other) const;
};

} // namespace pgtv::maintenance
