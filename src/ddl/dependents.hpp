// Which TVIEWs depend on a view, function, operator or type, directly or through others. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::ddl {

/** OIDs of the TVIEWs whose backing view is or depends on the object, in OID order. */
List *tviews_depending_on(Oid class_id, Oid object_id);

/** OIDs of the tables that have columns of `type`, or of types made of it. */
List *tables_using_type(Oid type);

/** `relid` and the relations it is a partition or an inheritance child of, upwards. */
List *with_ancestors(Oid relid);

} // namespace pgtv::ddl
