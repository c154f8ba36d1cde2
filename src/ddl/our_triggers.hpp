// Triggers and rules on TVIEWs and sources: ours must stay in force, others' must not run as the writer.
// Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** A trigger was created or altered: on a TVIEW it is ours, or a superuser's, or refused; ours keep their names. */
void trigger_changed(Oid trigger, const Node *statement);

/** After DROP TRIGGER: those of ours that are still needed are created again. */
void triggers_dropped(const Node *statement);

/** A rule was created: refused on a TVIEW. */
void rule_created(Oid rule);

/** Before ENABLE TRIGGER: are there disabled triggers of ours on the table that `statement` alters? */
void note_disabled_triggers(const Node *statement);

/** Which of our triggers on a table were disabled, and are not any more. */
struct EnabledAgain {
    bool guard;   // a TVIEW could be written to
    bool capture; // changes of a source were missed
};

/** After ENABLE / DISABLE TRIGGER on `relid`: warns of disabled triggers of ours. */
EnabledAgain check_our_triggers(Oid relid, const Node *statement);

} // namespace pgtv::ddl
