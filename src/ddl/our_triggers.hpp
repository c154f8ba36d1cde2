// Triggers and rules on TVIEWs and sources: ours must stay in force, others' must not run as the writer.
// Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** A trigger was created: on a TVIEW it is ours, or a superuser's, or refused. */
void trigger_created(Oid trigger);

/** A rule was created: refused on a TVIEW. */
void rule_created(Oid rule);

/** After ENABLE / DISABLE TRIGGER on `relid`: warns of disabled triggers of ours, lets enabled ones fire always. */
void check_our_triggers(Oid relid, const Node *statement);

} // namespace pgtv::ddl
