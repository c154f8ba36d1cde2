// What a concurrent refresh needs, and what comes close to it: decided from the indexes as they are under the caller's
// lock. Lifetime: the current memory context.

#include "pg/postgres.hpp"
#include "scheduler/prerequisites.hpp"

#include "pg/identity.hpp"
#include "pg_tviews/error.hpp"
#include "scheduler/unique_columns.hpp"

namespace pgtv::scheduler {
namespace {

/** Why a unique index will not do, worst last: an index with a lesser defect comes closer. */
enum class Defect { none, invalid, deferrable, partial, expression, not_unique };

struct NearMiss {
    Defect defect;
    const char *name;
    List *columns; // of AttrNumber, NIL if the index has expressions
};

const char *describe(Defect defect) {
    switch (defect) {
    case Defect::none:
        return "usable";
    case Defect::invalid:
        return "invalid";
    case Defect::deferrable:
        return "not immediate";
    case Defect::partial:
        return "partial";
    case Defect::expression:
        return "on an expression";
    case Defect::not_unique:
        return "not unique";
    }
    pg_unreachable();
}

Defect defect_of(Relation index) {
    const Form_pg_index form = index->rd_index;
    if (!form->indisunique)
        return Defect::not_unique;
    if (RelationGetIndexExpressions(index) != NIL)
        return Defect::expression;
    if (RelationGetIndexPredicate(index) != NIL)
        return Defect::partial;
    if (!form->indimmediate)
        return Defect::deferrable;
    return form->indisvalid ? Defect::none : Defect::invalid;
}

List *key_columns(Relation index) {
    List *columns = NIL;
    for (int i = 0; i < index->rd_index->indnkeyatts; i++) {
        const AttrNumber attnum = index->rd_index->indkey.values[i];
        if (attnum <= 0)
            return NIL;
        columns = lappend_int(columns, attnum);
    }
    return columns;
}

/** CREATE UNIQUE INDEX on `columns`; NULL for none, or where a column cannot be in a btree index. */
const char *create_index_command(Relation view, List *columns) {
    StringInfoData text;
    initStringInfo(&text);
    ListCell *cell;
    foreach (cell, columns) {
        const Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(view), lfirst_int(cell) - 1);
        if (!OidIsValid(GetDefaultOpClass(attribute->atttypid, BTREE_AM_OID)))
            return nullptr;
        appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", quote_identifier(NameStr(attribute->attname)));
    }
    if (text.len == 0)
        return nullptr;
    return psprintf("CREATE UNIQUE INDEX ON %s (%s)", pg::qualified_name(RelationGetRelid(view)), text.data);
}

void examine_index(Oid index_oid, Oid *usable, NearMiss *nearest) {
    Relation index = index_open(index_oid, AccessShareLock);
    const Defect defect = defect_of(index);
    if (defect == Defect::none && !OidIsValid(*usable))
        *usable = index_oid;
    if (nearest->name == nullptr || defect < nearest->defect)
        *nearest = {defect, pstrdup(RelationGetRelationName(index)), key_columns(index)};
    index_close(index, AccessShareLock);
}

const char *missing_what(const Prerequisites &found) {
    return found.populated ? "It has no unique index that is valid, immediate and not partial, on plain columns only."
                           : "It is not populated.";
}

const char *missing_hint(const Prerequisites &found) {
    return found.populated ? index_hint(found) : "Refresh it in mode standard once, or use mode auto.";
}

} // namespace

Prerequisites examine(Relation view) {
    Prerequisites found = {RelationIsPopulated(view), InvalidOid, nullptr, nullptr};
    NearMiss nearest = {Defect::none, nullptr, NIL};
    ListCell *cell;
    foreach (cell, RelationGetIndexList(view))
        examine_index(lfirst_oid(cell), &found.usable_index, &nearest);
    if (OidIsValid(found.usable_index))
        return found;
    if (nearest.name != nullptr)
        found.index = psprintf("Index \"%s\" is %s.", nearest.name, describe(nearest.defect));
    List *columns = find_unique_columns(view);
    // A unique index says which columns were meant to be unique; an ordinary one does not.
    if (nearest.columns != NIL && nearest.defect != Defect::not_unique)
        columns = nearest.columns;
    found.cure = create_index_command(view, columns);
    return found;
}

const char *index_hint(const Prerequisites &found) {
    const char *cure = found.cure != nullptr
                           ? psprintf("Run %s.", found.cure)
                           : "Create a unique index on columns that tell its rows apart, or use mode auto.";
    return found.index == nullptr ? cure : psprintf("%s %s", found.index, cure);
}

void require_concurrent(Relation view, const Prerequisites &found) {
    if (!found.met())
        raise(NotReady{psprintf("cannot refresh materialized view \"%s\" concurrently", RelationGetRelationName(view)),
                       missing_what(found), missing_hint(found)});
}

void warn_unless_concurrent(Oid relid) {
    Relation view = relation_open(relid, AccessShareLock);
    const Prerequisites found = examine(view);
    if (!found.met())
        ereport(WARNING,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("materialized view \"%s\" cannot be refreshed concurrently now", RelationGetRelationName(view)),
                 errdetail("%s", missing_what(found)), errhint("%s", missing_hint(found))));
    relation_close(view, AccessShareLock);
}

} // namespace pgtv::scheduler
