// The built-in STABLE functions that depend on nothing but their arguments and the settings maintenance pins
// (pg/identity.cpp): DateStyle, TimeZone, IntervalStyle, extra_float_digits, lc_*, xml options, search_path.
// Lifetime: constants.
//
// PostgreSQL 15 to 18 agree on this list. A name stands for the STABLE overloads only, so age(x, y), which is
// IMMUTABLE, is not concerned by the absence of age(x). What is not listed is refused: a new version can add a
// function, but not make a TVIEW go stale.

#include "analysis/stable_functions.hpp"

#include <algorithm>
#include <iterator>

namespace pgtv::analysis {
namespace {

struct StableFunction {
    std::string_view name;
    Stability stability;
};

constexpr StableFunction stable_functions[] = {
    {"anyarray_out", Stability::renders},
    {"anycompatiblearray_out", Stability::renders},
    {"anycompatiblemultirange_out", Stability::renders},
    {"anycompatiblerange_out", Stability::renders},
    {"anyenum_out", Stability::settings},
    {"anymultirange_out", Stability::renders},
    {"anyrange_out", Stability::renders},
    {"anytextcat", Stability::renders},
    {"array_in", Stability::parses},
    {"array_out", Stability::renders},
    {"array_to_json", Stability::renders},
    {"array_to_string", Stability::renders},
    {"cash_in", Stability::settings},
    {"cash_out", Stability::settings},
    {"concat", Stability::renders},
    {"concat_ws", Stability::renders},
    {"convert", Stability::settings},
    {"convert_from", Stability::settings},
    {"convert_to", Stability::settings},
    {"date", Stability::settings},
    {"date_add", Stability::settings},
    {"date_cmp_timestamptz", Stability::settings},
    {"date_eq_timestamptz", Stability::settings},
    {"date_ge_timestamptz", Stability::settings},
    {"date_gt_timestamptz", Stability::settings},
    {"date_in", Stability::settings},
    {"date_le_timestamptz", Stability::settings},
    {"date_lt_timestamptz", Stability::settings},
    {"date_ne_timestamptz", Stability::settings},
    {"date_out", Stability::settings},
    {"date_part", Stability::settings},
    {"date_subtract", Stability::settings},
    {"date_trunc", Stability::settings},
    {"domain_in", Stability::parses},
    {"enum_in", Stability::settings},
    {"enum_out", Stability::settings},
    {"extract", Stability::settings},
    {"format", Stability::renders},
    {"generate_series", Stability::settings},
    {"in_range", Stability::settings},
    {"interval_in", Stability::settings},
    {"interval_out", Stability::settings},
    {"interval_pl_timestamptz", Stability::settings},
    {"json_agg", Stability::renders},
    {"json_agg_strict", Stability::renders},
    {"json_agg_strict_transfn", Stability::renders},
    {"json_agg_transfn", Stability::renders},
    {"json_build_array", Stability::renders},
    {"json_build_object", Stability::renders},
    {"json_object_agg", Stability::renders},
    {"json_object_agg_strict", Stability::renders},
    {"json_object_agg_strict_transfn", Stability::renders},
    {"json_object_agg_transfn", Stability::renders},
    {"json_object_agg_unique", Stability::renders},
    {"json_object_agg_unique_strict", Stability::renders},
    {"json_object_agg_unique_strict_transfn", Stability::renders},
    {"json_object_agg_unique_transfn", Stability::renders},
    {"json_populate_record", Stability::parses},
    {"json_populate_recordset", Stability::parses},
    {"json_to_record", Stability::parses},
    {"json_to_recordset", Stability::parses},
    {"jsonb_agg", Stability::renders},
    {"jsonb_agg_finalfn", Stability::settings},
    {"jsonb_agg_strict", Stability::renders},
    {"jsonb_agg_strict_transfn", Stability::renders},
    {"jsonb_agg_transfn", Stability::renders},
    {"jsonb_build_array", Stability::renders},
    {"jsonb_build_object", Stability::renders},
    {"jsonb_object_agg", Stability::renders},
    {"jsonb_object_agg_finalfn", Stability::settings},
    {"jsonb_object_agg_strict", Stability::renders},
    {"jsonb_object_agg_strict_transfn", Stability::renders},
    {"jsonb_object_agg_transfn", Stability::renders},
    {"jsonb_object_agg_unique", Stability::renders},
    {"jsonb_object_agg_unique_strict", Stability::renders},
    {"jsonb_object_agg_unique_strict_transfn", Stability::renders},
    {"jsonb_object_agg_unique_transfn", Stability::renders},
    {"jsonb_path_exists_tz", Stability::settings},
    {"jsonb_path_match_tz", Stability::settings},
    {"jsonb_path_query_array_tz", Stability::settings},
    {"jsonb_path_query_first_tz", Stability::settings},
    {"jsonb_path_query_tz", Stability::settings},
    {"jsonb_populate_record", Stability::parses},
    {"jsonb_populate_recordset", Stability::parses},
    {"jsonb_to_record", Stability::parses},
    {"jsonb_to_recordset", Stability::parses},
    {"length", Stability::settings},
    {"make_timestamptz", Stability::settings},
    {"money", Stability::settings},
    {"multirange_in", Stability::parses},
    {"multirange_out", Stability::renders},
    {"numeric", Stability::settings},
    {"overlaps", Stability::settings},
    {"quote_literal", Stability::renders},
    {"quote_nullable", Stability::renders},
    {"range_in", Stability::parses},
    {"range_out", Stability::renders},
    {"record_in", Stability::parses},
    {"record_out", Stability::renders},
    {"row_to_json", Stability::renders},
    {"textanycat", Stability::renders},
    {"time", Stability::settings},
    {"time_in", Stability::settings},
    {"timestamp", Stability::settings},
    {"timestamp_cmp_timestamptz", Stability::settings},
    {"timestamp_eq_timestamptz", Stability::settings},
    {"timestamp_ge_timestamptz", Stability::settings},
    {"timestamp_gt_timestamptz", Stability::settings},
    {"timestamp_in", Stability::settings},
    {"timestamp_le_timestamptz", Stability::settings},
    {"timestamp_lt_timestamptz", Stability::settings},
    {"timestamp_ne_timestamptz", Stability::settings},
    {"timestamp_out", Stability::settings},
    {"timestamptz", Stability::settings},
    {"timestamptz_cmp_date", Stability::settings},
    {"timestamptz_cmp_timestamp", Stability::settings},
    {"timestamptz_eq_date", Stability::settings},
    {"timestamptz_eq_timestamp", Stability::settings},
    {"timestamptz_ge_date", Stability::settings},
    {"timestamptz_ge_timestamp", Stability::settings},
    {"timestamptz_gt_date", Stability::settings},
    {"timestamptz_gt_timestamp", Stability::settings},
    {"timestamptz_in", Stability::settings},
    {"timestamptz_le_date", Stability::settings},
    {"timestamptz_le_timestamp", Stability::settings},
    {"timestamptz_lt_date", Stability::settings},
    {"timestamptz_lt_timestamp", Stability::settings},
    {"timestamptz_mi_interval", Stability::settings},
    {"timestamptz_ne_date", Stability::settings},
    {"timestamptz_ne_timestamp", Stability::settings},
    {"timestamptz_out", Stability::settings},
    {"timestamptz_pl_interval", Stability::settings},
    {"timetz", Stability::settings},
    {"timetz_in", Stability::settings},
    {"to_char", Stability::settings},
    {"to_date", Stability::settings},
    {"to_json", Stability::renders},
    {"to_jsonb", Stability::renders},
    {"to_number", Stability::settings},
    {"to_timestamp", Stability::settings},
    {"xml", Stability::settings},
    {"xml_in", Stability::settings},
    {"xml_is_well_formed", Stability::settings},
};

constexpr bool by_name(const StableFunction &left, const StableFunction &right) {
    return left.name < right.name;
}

static_assert(std::is_sorted(std::begin(stable_functions), std::end(stable_functions), by_name));

} // namespace

Stability stability_of(std::string_view name) {
    const auto *found = std::lower_bound(std::begin(stable_functions), std::end(stable_functions),
                                         StableFunction{name, Stability::unsafe}, by_name);
    return found != std::end(stable_functions) && found->name == name ? found->stability : Stability::unsafe;
}

} // namespace pgtv::analysis
