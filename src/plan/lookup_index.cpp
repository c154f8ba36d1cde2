// An index serves if its first columns are plain and compare in the family of the equality, in the same collation. Pure
// function of the catalogs.

#include "pg/postgres.hpp"
#include "plan/lookup_index.hpp"

namespace pgtv::plan {
namespace {

/** Is the equality the index column's? Fills what depends on the operator family. */
bool matches(Relation index, int position, const Equality &equality, LookupKey *key) {
    const Oid family = index->rd_opfamily[position];
    const Oid collation = index->rd_indcollation[position];
    if (index->rd_index->indkey.values[position] != equality.column || !op_in_opfamily(equality.operation, family) ||
        (OidIsValid(collation) && collation != equality.collation))
        return false;
    int strategy = 0;
    Oid left = InvalidOid;
    Oid right = InvalidOid;
    get_op_opfamily_properties(equality.operation, family, false, &strategy, &left, &right);
    if (strategy != BTEqualStrategyNumber || left != index->rd_opcintype[position])
        return false;
    *key = equality.key;
    key->procedure = get_opcode(equality.operation);
    key->subtype = right;
    key->collation = equality.collation;
    return true;
}

const Equality *find_equality(Relation index, int position, List *equalities, LookupKey *key) {
    ListCell *cell;
    foreach (cell, equalities) {
        const auto *equality = static_cast<Equality *>(lfirst(cell));
        if (matches(index, position, *equality, key))
            return equality;
    }
    return nullptr;
}

/** The columns that are equal to something which varies. */
Bitmapset *varying_columns(List *equalities) {
    Bitmapset *result = nullptr;
    ListCell *cell;
    foreach (cell, equalities)
        if (!static_cast<Equality *>(lfirst(cell))->constant)
            result = bms_add_member(result, static_cast<Equality *>(lfirst(cell))->column);
    return result;
}

IndexChoice use_index(Relation index, List *equalities) {
    const int count = index->rd_index->indnkeyatts;
    IndexChoice choice = {};
    choice.index = RelationGetRelid(index);
    choice.keys = static_cast<LookupKey *>(palloc0(sizeof(LookupKey) * static_cast<Size>(count)));
    while (choice.key_count < count) {
        const Equality *found = find_equality(index, choice.key_count, equalities, &choice.keys[choice.key_count]);
        if (found == nullptr)
            break;
        choice.key_count++;
        if (!found->constant)
            choice.varying = bms_add_member(choice.varying, found->column);
        if (found->clause != nullptr)
            choice.clauses = lappend(choice.clauses, found->clause);
    }
    return choice;
}

} // namespace

bool serves_lookups(Relation index, bool unique) {
    const Form_pg_index form = index->rd_index;
    return index->rd_rel->relam == BTREE_AM_OID && form->indisvalid && !form->indcheckxmin &&
           RelationGetIndexPredicate(index) == NIL && (!unique || (form->indisunique && form->indimmediate));
}

IndexChoice choose_index(Oid relid, List *equalities, bool unique) {
    IndexChoice best = {};
    const Bitmapset *varying = varying_columns(equalities);
    const Relation relation = relation_open(relid, AccessShareLock);
    ListCell *cell;
    foreach (cell, RelationGetIndexList(relation)) {
        const Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (serves_lookups(index, unique)) {
            const IndexChoice choice = use_index(index, equalities);
            const bool serves = unique ? choice.key_count == index->rd_index->indnkeyatts
                                       : varying != nullptr && bms_equal(choice.varying, varying);
            if (serves && choice.key_count > best.key_count)
                best = choice;
        }
        index_close(index, AccessShareLock);
    }
    relation_close(relation, AccessShareLock);
    return best;
}

} // namespace pgtv::plan
