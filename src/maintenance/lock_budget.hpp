// How many values this transaction has locked, and how many it may. Lifetime: transaction; the rollback of a
// subtransaction takes back what was locked in it.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::maintenance {

/** Values of `tview`, or of all TVIEWs, that are locked one by one. */
int64 held_values(Oid tview);
int64 held_values_of_all();

/** So many more values of `tview` are locked now. */
void note_held_values(Oid tview, int64 values);

/** With how many values the whole of `tview` was last asked for in vain; 0 = not asked. */
int64 refused_escalation(Oid tview);
void refuse_escalation(Oid tview, int64 values);

/** The values that one transaction can lock while sixteen of them leave the lock table of the server usable. */
int64 transaction_budget();

/** Registers the transaction callbacks. */
void initialize_lock_budget();

} // namespace pgtv::maintenance
