// What the creator of a TVIEW must be allowed on its sources. Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg_tviews/analysis.hpp"

#include "pg/identity.hpp"
#include "pg/names.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::analysis {
namespace {

constexpr const char *select_detail = "The query of a TVIEW runs as its owner, who needs SELECT on every column it "
                                      "reads, also through views and functions.";
constexpr const char *trigger_detail = "Every write to the relation will maintain the TVIEW; only who may create "
                                       "triggers on it can impose that on its writers.";

char *current_user() {
    return pstrdup(quote_identifier(GetUserNameFromId(GetUserId(), false)));
}

[[noreturn]] void refuse_select(const Source &source, const char *column) {
    char *relation = pg::qualified_name(source.relid);
    const char *columns = column == nullptr ? "" : psprintf(" (%s)", quote_identifier(column));
    raise(NoPrivilege{
        column == nullptr ? psprintf("permission denied for %s %s", pg::relation_kind(source.relid), relation)
                          : psprintf("permission denied for column \"%s\" of %s %s", column,
                                     pg::relation_kind(source.relid), relation),
        select_detail, psprintf("Grant it with GRANT SELECT%s ON %s TO %s.", columns, relation, current_user())});
}

/** Some column of the relation: enough for a query like SELECT count(*). */
bool may_select_any(Oid relid, Oid user) {
    return pg_attribute_aclcheck_all(relid, user, ACL_SELECT, ACLMASK_ANY) == ACLCHECK_OK;
}

void check_select(const Source &source, Oid user) {
    if (pg_class_aclcheck(source.relid, user, ACL_SELECT) == ACLCHECK_OK)
        return;
    if (bms_is_empty(source.columns) && !may_select_any(source.relid, user))
        refuse_select(source, nullptr);
    for (int member = -1; (member = bms_next_member(source.columns, member)) >= 0;) {
        const auto column = AttrNumber(member + FirstLowInvalidHeapAttributeNumber);
        if (column == InvalidAttrNumber) {
            if (pg_attribute_aclcheck_all(source.relid, user, ACL_SELECT, ACLMASK_ALL) != ACLCHECK_OK)
                refuse_select(source, nullptr);
        } else if (pg_attribute_aclcheck(source.relid, column, user, ACL_SELECT) != ACLCHECK_OK) {
            refuse_select(source, get_attname(source.relid, column, false));
        }
    }
}

void check_trigger(const Source &source, Oid user) {
    if (source.relkind != RELKIND_RELATION && source.relkind != RELKIND_PARTITIONED_TABLE)
        return;
    if (pg_class_aclcheck(source.relid, user, ACL_TRIGGER) == ACLCHECK_OK)
        return;
    char *relation = pg::qualified_name(source.relid);
    raise(NoPrivilege{
        psprintf("permission denied to create triggers on %s %s", pg::relation_kind(source.relid), relation),
        trigger_detail, psprintf("Grant it with GRANT TRIGGER ON %s TO %s.", relation, current_user())});
}

} // namespace

void check_privileges(List *sources) {
    ListCell *cell;
    foreach (cell, sources) {
        const auto *source = static_cast<Source *>(lfirst(cell));
        check_select(*source, GetUserId());
        check_trigger(*source, GetUserId());
    }
}

} // namespace pgtv::analysis
