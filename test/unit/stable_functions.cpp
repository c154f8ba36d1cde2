// Which built-in STABLE functions are known to depend on pinned settings only.
// sources: src/analysis/stable_functions.cpp

#include "analysis/stable_functions.hpp"

#include "unit.hpp"

using pgtv::analysis::Stability;
using pgtv::analysis::stability_of;

TEST(stable_functions_first_and_last_of_the_list) {
    CHECK(stability_of("anyarray_out") == Stability::renders);
    CHECK(stability_of("xml_is_well_formed") == Stability::settings);
}

TEST(stable_functions_rendering_follows_the_types_of_arguments) {
    CHECK(stability_of("jsonb_build_object") == Stability::renders);
    CHECK(stability_of("jsonb_object_agg_transfn") == Stability::renders);
    CHECK(stability_of("json_populate_record") == Stability::parses);
    CHECK(stability_of("to_char") == Stability::settings);
}

TEST(stable_functions_of_clock_session_and_catalogs_are_unsafe) {
    for (const char *name : {"now", "age", "current_setting", "session_user", "regclassin", "to_regclass", "pg_typeof",
                             "to_tsvector", "has_table_privilege", "txid_current", "query_to_xml", "enum_last"})
        CHECK(stability_of(name) == Stability::unsafe);
}

TEST(stable_functions_unknown_names_are_unsafe) {
    CHECK(stability_of("") == Stability::unsafe);
    CHECK(stability_of("zzz") == Stability::unsafe);
    CHECK(stability_of("to_chars") == Stability::unsafe);
}
