// DROP TVIEW in all its forms, and what has to go with a dropped relation. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** Drops the TVIEW `name`; false if there is none and `if_exists`. */
bool drop_tview(const char *name, bool if_exists, bool cascade);

/**
 * Makes `statement`, which says DROP TVIEW, a DROP TABLE of those that exist: anything else raises 42809, a missing
 * one 42704 (a NOTICE with IF EXISTS).
 */
void check_drop_tview(DropStmt *statement);

/** Makes a DROP MATERIALIZED VIEW of TVIEWs a DROP TABLE; mixed lists raise 42809. Changes `statement`. */
void adapt_drop(DropStmt *statement);

} // namespace pgtv::ddl
