// Which built-in STABLE functions a maintained TVIEW may call. Lifetime: constants.
#pragma once

#include <string_view>

namespace pgtv::analysis {

/** On what the result of a built-in STABLE function depends, besides its arguments. */
enum class Stability {
    unsafe,   // the clock, the session, the catalogs, or something we know nothing of
    settings, // only settings that maintenance pins
    renders,  // those, and the output functions of its arguments' types
    parses,   // those, and the input functions of its result's type
};

/** The stability of the STABLE overloads of pg_catalog function `name`. */
Stability stability_of(std::string_view name);

} // namespace pgtv::analysis
