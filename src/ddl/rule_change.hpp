// Indexes decide by which key a TVIEW is maintained and by which values its sources are looked up. Who has written under
// the former rule and who writes under the new one would lock different things; so between them nobody holds a lock.
// Lifetime: a command; the locks stay until the transaction ends.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** Before `statement` runs: what is known only now of the rules which it may change. */
void rules_may_change(const Node *statement);

/** After `statement`: waits for the writers of those TVIEWs whose rule it has changed, and keeps others out. */
void rules_changed(const Node *statement);

} // namespace pgtv::ddl
