// The order in which DDL takes its locks: sources before the TVIEWs that read them, as their writers do.
// Lifetime: a statement; the locks stay until the transaction ends.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** Locks the tables that `tviews` (of Oid) read, children included, against writes. */
void lock_sources_of(List *tviews);

/** Before `statement` takes its own locks: those on the sources of the TVIEWs it drops or redefines. */
void lock_sources_before(const Node *statement);

} // namespace pgtv::ddl
