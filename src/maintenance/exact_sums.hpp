// Arithmetic on stored aggregates that yields what the query would compute, image for image, or says that it cannot. Pure;
// results are in the current memory context.
#pragma once

#include "pg/postgres.hpp"
#include "plan/delta.hpp"

namespace pgtv::maintenance {

/** What new or old images contribute to an aggregate. */
struct Part {
    bool present; // false: NULL, no input
    Datum value;
};

/**
 * A sum of numeric shows as many decimals as the input with most of them. That many, if it takes an input that is left to
 * show what adjust_sum() will; -1: there is one, or no sum to adjust. Unless they are `come_to_stay`, gained inputs may be
 * among those that have left.
 */
int32 scale_in_doubt(const plan::DeltaColumn &column, Datum stored, const Part &gained, const Part &lost,
                     bool come_to_stay);

/** *result: `stored` with one part added and the other taken away; inputs are left, and one with as many decimals. */
bool adjust_sum(const plan::DeltaColumn &column, Datum stored, const Part &gained, const Part &lost, Datum *result);

/** What becomes of bit_and or bit_or, whose inputs that are set (bit_or) or not set (bit_and) decide a bit. */
struct Bits {
    Datum value;   // the bits decided before and by gained inputs
    int64 decided; // by inputs that left: perhaps by nobody else
};

/** Unless they are `come_to_stay`, gained inputs may be among those that have left. */
Bits combine_bits(const plan::DeltaColumn &column, Datum stored, const Part &gained, const Part &lost,
                  bool come_to_stay);

/** `value` without that bit decided by anybody. */
Datum undecide_bit(const plan::DeltaColumn &column, Datum value, int bit);

/** avg() from sum() and the number of inputs (at least one). */
Datum divide_sum(Oid sum_type, Datum sum, int64 count);

/** The sum of which `average` was made, told by rounding; `count` is a bigint. False: not precise enough. */
bool sum_of_average(const plan::DeltaColumn &column, Datum average, Datum count, Datum *sum);

/** 0 of type bigint or numeric. */
Datum zero(Oid type);

} // namespace pgtv::maintenance
