// The ways CREATE TVIEW is written, each turned into a CreateRequest. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/ddl.hpp"

namespace pgtv::ddl {

/** From CREATE TABLE AS / CREATE MATERIALIZED VIEW with a TVIEW marker; its query is analyzed already. */
CreateRequest request_from_create_as(const CreateTableAsStmt *statement, const char *query_string);

/** From CREATE OR REPLACE VIEW with a TVIEW marker; `location` and `length`: the statement within query_string. */
CreateRequest request_from_view(const ViewStmt *statement, const char *query_string, int location, int length);

/** From tview_create(): `text` must be one SELECT. */
CreateRequest request_from_text(const char *name, const char *text);

/** `options`, a JSON object, as DefElems. */
List *options_from_json(Jsonb *options);

/** Analyzes `text`, which must be one SELECT. */
Query *analyze_select(const char *text);

} // namespace pgtv::ddl
