// Reads the columns and the identity of a TVIEW from its relation cache entry. Lifetime: a call.

#include "pg/postgres.hpp"
#include "maintenance/row_shape.hpp"

namespace pgtv::maintenance {
namespace {

void use_attributes(RowShape *shape, const Bitmapset *attributes) {
    shape->identity = static_cast<int *>(palloc(sizeof(int) * static_cast<Size>(bms_num_members(attributes))));
    shape->identity_count = 0;
    for (int member = bms_next_member(attributes, -1); member >= 0; member = bms_next_member(attributes, member))
        shape->identity[shape->identity_count++] = member - 1;
}

/** The columns of a unique index that holds for every row and at once; nullptr if this one does not. */
Bitmapset *unique_columns(Oid index) {
    HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
    if (!HeapTupleIsValid(tuple))
        return nullptr;
    auto *form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
    Bitmapset *columns = nullptr;
    if (form->indisunique && form->indimmediate && form->indisvalid &&
        heap_attisnull(tuple, Anum_pg_index_indexprs, nullptr) && heap_attisnull(tuple, Anum_pg_index_indpred, nullptr))
        for (int i = 0; i < form->indnkeyatts; i++)
            columns = bms_add_member(columns, form->indkey.values[i]);
    ReleaseSysCache(tuple);
    return columns;
}

bool use_primary_key(RowShape *shape, Relation table) {
    Bitmapset *offset = RelationGetIndexAttrBitmap(table, INDEX_ATTR_BITMAP_PRIMARY_KEY);
    Bitmapset *columns = nullptr;
    for (int member = bms_next_member(offset, -1); member >= 0; member = bms_next_member(offset, member))
        columns = bms_add_member(columns, member + FirstLowInvalidHeapAttributeNumber);
    if (columns == nullptr)
        return false;
    use_attributes(shape, columns);
    shape->identity_unique = true;
    return true;
}

bool use_unique_index(RowShape *shape, Relation table) {
    List *indexes = RelationGetIndexList(table);
    ListCell *cell;
    foreach (cell, indexes) {
        Bitmapset *columns = unique_columns(lfirst_oid(cell));
        if (columns == nullptr)
            continue;
        use_attributes(shape, columns);
        shape->identity_unique = true;
        return true;
    }
    return false;
}

void use_key(RowShape *shape, const plan::Rule *rule) {
    if (rule == nullptr)
        return;
    Bitmapset *columns = nullptr;
    for (int i = 0; i < rule->key_count; i++)
        columns = bms_add_member(columns, rule->keys[i].attnum);
    use_attributes(shape, columns);
}

ColumnEquality find_equality(Form_pg_attribute attribute) {
    ColumnEquality equality = {};
    const TypeCacheEntry *type = lookup_type_cache(attribute->atttypid, TYPECACHE_EQ_OPR_FINFO | TYPECACHE_HASH_PROC);
    equality.by_image = !OidIsValid(type->eq_opr_finfo.fn_oid);
    equality.collation = attribute->attcollation;
    if (equality.by_image)
        return equality;
    fmgr_info(type->eq_opr_finfo.fn_oid, &equality.equal);
    equality.hashed = OidIsValid(type->hash_proc);
    if (equality.hashed)
        fmgr_info(type->hash_proc, &equality.hash);
    return equality;
}

} // namespace

RowShape *read_row_shape(Relation table, const plan::Rule *rule) {
    auto *shape = static_cast<RowShape *>(palloc0(sizeof(RowShape)));
    shape->desc = RelationGetDescr(table);
    shape->live = static_cast<int *>(palloc(sizeof(int) * static_cast<Size>(shape->desc->natts)));
    for (int i = 0; i < shape->desc->natts; i++)
        if (!TupleDescAttr(shape->desc, i)->attisdropped)
            shape->live[shape->live_count++] = i;
    if (!use_primary_key(shape, table) && !use_unique_index(shape, table))
        use_key(shape, rule);
    return shape;
}

void compare_by_value(RowShape *shape) {
    const auto columns = static_cast<Size>(shape->desc->natts);
    auto *equality = static_cast<ColumnEquality *>(palloc0(sizeof(ColumnEquality) * columns));
    for (int i = 0; i < shape->live_count; i++)
        equality[shape->live[i]] = find_equality(TupleDescAttr(shape->desc, shape->live[i]));
    shape->equality = equality;
    shape->scratch = AllocSetContextCreate(CurrentMemoryContext, "pg_tviews equality", ALLOCSET_DEFAULT_SIZES);
    shape->identity_count = 0;
    shape->identity_unique = false;
}

uint32 hash_column(const RowShape *shape, int position, Datum value) {
    Form_pg_attribute attribute = TupleDescAttr(shape->desc, position);
    if (shape->equality == nullptr || shape->equality[position].by_image)
        return datum_image_hash(value, attribute->attbyval, attribute->attlen);
    const ColumnEquality *equality = &shape->equality[position];
    if (!equality->hashed)
        return 0;
    MemoryContext old = MemoryContextSwitchTo(shape->scratch);
    const uint32 hash =
        DatumGetUInt32(FunctionCall1Coll(const_cast<FmgrInfo *>(&equality->hash), equality->collation, value));
    MemoryContextSwitchTo(old);
    MemoryContextReset(shape->scratch);
    return hash;
}

bool same_column(const RowShape *shape, int position, const Datum *values, const bool *nulls, const Datum *other_values,
                 const bool *other_nulls) {
    if (shape->equality == nullptr || shape->equality[position].by_image || nulls[position] || other_nulls[position])
        return same_image(shape, position, values, nulls, other_values, other_nulls);
    const ColumnEquality *equality = &shape->equality[position];
    MemoryContext old = MemoryContextSwitchTo(shape->scratch);
    const bool same = DatumGetBool(FunctionCall2Coll(const_cast<FmgrInfo *>(&equality->equal), equality->collation,
                                                     values[position], other_values[position]));
    MemoryContextSwitchTo(old);
    MemoryContextReset(shape->scratch);
    return same;
}

bool same_image(const RowShape *shape, int position, const Datum *values, const bool *nulls, const Datum *other_values,
                const bool *other_nulls) {
    if (nulls[position] || other_nulls[position])
        return nulls[position] && other_nulls[position];
    Form_pg_attribute attribute = TupleDescAttr(shape->desc, position);
    return datum_image_eq(values[position], other_values[position], attribute->attbyval, attribute->attlen);
}

} // namespace pgtv::maintenance
