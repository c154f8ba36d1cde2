// Who may do what with which relation. Lifetime: a call.

#include "pg/postgres.hpp"
#include "scheduler/checks.hpp"

#include "pg/names.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::scheduler {

void require_matview(Oid relation, const char *hint) {
    const char *name = get_rel_name(relation);
    if (name == nullptr)
        raise(RelationMissing{psprintf("%u", relation)});
    if (get_rel_relkind(relation) != RELKIND_MATVIEW)
        raise(NotAMatview{name, pg::relation_kind(relation), hint});
}

void check_may_refresh(Oid relation, const char *function) {
    if (RecoveryInProgress())
        raise(OnStandby{function});
    PreventCommandIfReadOnly(function);
    if (!compat::may_maintain(relation))
        raise(NoPrivilege{psprintf("must be owner of \"%s\"", get_rel_name(relation)), nullptr, nullptr});
}

} // namespace pgtv::scheduler
