// Lets the server's grammar accept TVIEW where it accepts TABLE, or VIEW after CREATE OR REPLACE, in the commands
// CREATE, DROP, ALTER and COMMENT ON. In every other place `tview` stays an ordinary identifier.
//
// The lexer finds keywords through the exported struct ScanKeywords. Its three pointers are replaced by copies and a
// hash function which, for a `tview` in such a place, answers with the index of TABLE or VIEW and lets the offset of
// that keyword point at the text "tview" until the next lookup. Data only: no code is patched. Lifetime: server
// (preloaded) or backend.
#pragma once

namespace pgtv::ddl {

/** Makes the lexer know TVIEW; a WARNING with the alternatives if that is not possible. Called once from _PG_init. */
void install_keyword();

/** Does the lexer of this process know TVIEW (whatever the setting says)? */
bool keyword_installed();

} // namespace pgtv::ddl
