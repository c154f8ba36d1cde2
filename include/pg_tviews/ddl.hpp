// DDL: CREATE / ALTER / DROP TVIEW in all their forms end in these functions.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** What a CREATE TVIEW statement says, however it was written. */
struct CreateRequest {
    RangeVar *name;
    List *columns;             // of String (column aliases), NIL = from the query
    List *options;             // of DefElem, as in WITH (…)
    const char *tablespace;    // NULL = default
    const char *access_method; // NULL = default
    Query *query;              // analyzed SELECT, not rewritten
    const char *query_text;    // may be NULL
    bool if_not_exists;
    bool or_replace;
    bool with_data;
};

/** Creates or replaces a TVIEW; returns its table (InvalidOid when IF NOT EXISTS skipped it). */
Oid create_tview(const CreateRequest &request);

/** Installs the ProcessUtility, post_parse_analyze and lexer hooks. Called once from _PG_init. */
void initialize();

} // namespace pgtv::ddl
