// Reads the source text of a statement for the word TVIEW, with the server's own lexer and the keyword list as it
// was before tview_keyword touched it. Lifetime: one call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/**
 * Is the name at byte `name_location` of `source_text` introduced by TVIEW ("… TVIEW name", "… TVIEW IF [NOT]
 * EXISTS name")? Lexing starts at `start`, the location of the statement.
 */
bool name_follows_tview(const char *source_text, int start, int name_location);

/** Does the statement at `start` (`length` bytes, 0 = to the end) begin with DROP TVIEW / COMMENT ON TVIEW? */
bool starts_with_drop_tview(const char *source_text, int start, int length);
bool starts_with_comment_on_tview(const char *source_text, int start, int length);

/** Remembers the server's keyword list; called before it is replaced. */
void remember_keywords();

/** The server's keyword list as it was when the library was loaded. */
const ScanKeywordList &server_keywords();

} // namespace pgtv::ddl
