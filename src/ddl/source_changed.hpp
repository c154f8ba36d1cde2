// What a finished DDL command means for the TVIEWs: found by event triggers, so that it is noticed in sessions that
// never loaded the library before. Lifetime: a statement.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** A command that has just ended, and one object it touched. */
struct FinishedCommand {
    Node *statement; // the top-level parse tree
    Oid class_id;
    Oid object_id;
};

/** Looks at what will not be seen any more when `statement` has been executed. */
void command_begins(const Node *statement);

/** Brings TVIEWs, their dependencies and capture triggers in line with what changed; refuses what cannot be. */
void object_changed(const FinishedCommand &command);

/** Removes what belonged to a relation that was dropped, if it was a TVIEW. */
void relation_dropped(Oid relid);

/** `statement` (NO INHERIT …) takes rows away from relations it does not report as changed. */
void mark_former_parents(const Node *statement);

/** The next drops are watched: a dropped partition takes rows out of its parent without firing a trigger. */
void watch_drops();

} // namespace pgtv::ddl
