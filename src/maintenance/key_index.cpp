// Index scans by key. An index serves if it is a plain B-tree that begins with the columns of K and compares them with
// K's own equality.

#include "pg/postgres.hpp"
#include "maintenance/key_index.hpp"

#include "plan/lookup_index.hpp"

namespace pgtv::maintenance {
namespace {

/** Further entries are passed by more quickly by a descent from the root. */
constexpr int longest_walk = 16;
/** How many keys are looked up one by one after a walk that led to none of them: at first, and after many of these. */
constexpr int least_patience = 32;
constexpr int most_patience = 4096;
/** A walk reads a page of the index, which takes as long as a few descents: so many keys are worth that anyway. */
constexpr int worth_a_page = 64;

int key_at(const RuleQueries *queries, const AttrNumber *columns, AttrNumber column) {
    for (int i = 0; i < queries->rule->key_count; i++)
        if (columns[i] == column)
            return i;
    return -1;
}

/** Does the index column at `position` compare as the column `key` of K does? */
bool compares_alike(Relation index, int position, const plan::KeyColumn &key, Oid type) {
    const Oid equality = get_opfamily_member(index->rd_opfamily[position], type, type, BTEqualStrategyNumber);
    return equality == key.equality && index->rd_indcollation[position] == key.collation;
}

bool serves(const RuleQueries *queries, const KeyColumnsOf &wanted, Relation index) {
    const Form_pg_index form = index->rd_index;
    const int count = queries->rule->key_count;
    if (!plan::serves_lookups(index, wanted.unique) || form->indnkeyatts < count ||
        (wanted.unique && form->indnkeyatts != count))
        return false;
    Bitmapset *seen = nullptr;
    for (int i = 0; i < count; i++) {
        const int key = key_at(queries, wanted.columns, form->indkey.values[i]);
        if (key < 0 || bms_is_member(key, seen) ||
            !compares_alike(index, i, queries->rule->keys[key], queries->keys[key].type))
            return false;
        seen = bms_add_member(seen, key);
    }
    return true;
}

/** Entries are compared as the index does, whatever the order in which keys come. */
void describe_walk(const RuleQueries *queries, Relation index, KeyIndex *found) {
    const Oid type = queries->keys[found->keys[0]].type;
    const Oid operation = get_opfamily_member(index->rd_opfamily[0], type, type, BTGreaterEqualStrategyNumber);
    found->walkable = queries->rule->key_count == 1 && (index->rd_indoption[0] & INDOPTION_DESC) == 0 &&
                      index->rd_opcintype[0] == type && OidIsValid(operation) &&
                      TupleDescAttr(RelationGetDescr(index), 0)->atttypid == type;
    if (!found->walkable)
        return;
    fmgr_info_cxt(get_opcode(operation), &found->at_least, queries->memory);
    fmgr_info_cxt(index_getprocid(index, 1, BTORDER_PROC), &found->order, queries->memory);
}

KeyIndex *describe(const RuleQueries *queries, const KeyColumnsOf &wanted, Relation index) {
    const auto count = static_cast<Size>(queries->rule->key_count);
    const MemoryContext previous = MemoryContextSwitchTo(queries->memory);
    auto *found = static_cast<KeyIndex *>(palloc0(sizeof(KeyIndex)));
    found->index = RelationGetRelid(index);
    found->keys = static_cast<int *>(palloc(sizeof(int) * count));
    found->functions = static_cast<FmgrInfo *>(palloc0(sizeof(FmgrInfo) * count));
    for (int i = 0; i < queries->rule->key_count; i++) {
        found->keys[i] = key_at(queries, wanted.columns, index->rd_index->indkey.values[i]);
        fmgr_info_cxt(get_opcode(queries->rule->keys[found->keys[i]].equality), &found->functions[i], queries->memory);
    }
    found->unique = index->rd_index->indisunique && index->rd_index->indimmediate &&
                    index->rd_index->indnkeyatts == queries->rule->key_count;
    describe_walk(queries, index, found);
    MemoryContextSwitchTo(previous);
    return found;
}

/** Dropped columns are NULL. */
void make_readable(TupleTableSlot *slot) {
    slot_getallattrs(slot);
    const TupleDesc desc = slot->tts_tupleDescriptor;
    for (int i = 0; i < desc->natts; i++)
        slot->tts_isnull[i] = slot->tts_isnull[i] || TupleDescAttr(desc, i)->attisdropped;
}

} // namespace

bool holds_key(const plan::Rule *rule, const KeyedRow &row, const KeyIndex *index, const Datum *key) {
    make_readable(row.row);
    for (int i = 0; i < rule->key_count; i++) {
        const int which = index->keys[i];
        const int column = row.columns[which] - 1;
        if (row.row->tts_isnull[column] ||
            !DatumGetBool(FunctionCall2Coll(const_cast<FmgrInfo *>(&index->functions[i]), rule->keys[which].collation,
                                            row.row->tts_values[column], key[which])))
            return false;
    }
    return true;
}

const KeyIndex *find_key_index(const RuleQueries *queries, const KeyColumnsOf &wanted) {
    const KeyIndex *found = nullptr;
    List *indexes = RelationGetIndexList(wanted.table);
    ListCell *cell;
    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (found == nullptr && serves(queries, wanted, index))
            found = describe(queries, wanted, index);
        index_close(index, NoLock);
    }
    return found;
}

KeyScan::KeyScan(const RuleQueries *queries, const KeyIndex *index, Relation table)
    : queries_(queries), index_(index), relation_(index_open(index->index, AccessShareLock)),
      scan_(compat::begin_index_scan(table, relation_, GetActiveSnapshot(), queries->rule->key_count)),
      slot_(table_slot_create(table, nullptr)),
      keys_(static_cast<ScanKey>(palloc(sizeof(ScanKeyData) * static_cast<Size>(queries->rule->key_count)))),
      at_most_one_(false), block_(InvalidBlockNumber), near_(false), walking_(false), ended_(false), used_(false),
      order_(0), key_(0), before_try_(0), patience_(least_patience) {}

void KeyScan::seek(const KeyChunk &chunk, int i) {
    if (!index_->walkable || chunk.null_columns != nullptr || chunk.count == 1) {
        descend(chunk, i);
        return;
    }
    const Datum key = chunk.values[i];
    if (walking_ && i > 0) { // the former key is of the same chunk, and so still there
        if (walk_to(key)) {
            patience_ = least_patience;
            return;
        }
        before_try_ = patience_;
        patience_ = std::min(patience_ * 2, most_patience);
    }
    if (before_try_-- > 0 || !worth_a_walk(chunk))
        descend(chunk, i);
    else
        start_walk(key);
}

/** Few keys are, if the rows of the last two were neighbours. */
bool KeyScan::worth_a_walk(const KeyChunk &chunk) const {
    return chunk.count >= worth_a_page || near_;
}

void KeyScan::note_place() {
    const BlockNumber former = block_;
    block_ = ItemPointerGetBlockNumber(&slot_->tts_tid);
    near_ = BlockNumberIsValid(former) && (former < block_ ? block_ - former : former - block_) <= 1;
}

void KeyScan::descend(const KeyChunk &chunk, int i) {
    const Datum *values = chunk.values + static_cast<Size>(i * chunk.column_count);
    const plan::Rule *rule = queries_->rule;
    for (int column = 0; column < rule->key_count; column++) {
        const int key = index_->keys[column];
        int position = 0; // only columns that are not NULL have values
        for (int before = 0; before < key; before++)
            position += bms_is_member(before, chunk.null_columns) ? 0 : 1;
        const bool null = bms_is_member(key, chunk.null_columns);
        ScanKeyEntryInitializeWithInfo(
            &keys_[column], null ? SK_ISNULL | SK_SEARCHNULL : 0, static_cast<AttrNumber>(column + 1),
            null ? InvalidStrategy : BTEqualStrategyNumber, InvalidOid, rule->keys[key].collation,
            &index_->functions[column], null ? Datum(0) : values[position]);
    }
    walking_ = false;
    // An older snapshot may see what was there before the index was.
    at_most_one_ = index_->unique && chunk.null_columns == nullptr && !IsolationUsesXactSnapshot();
    found_ = false;
    scan_->xs_want_itup = false;
    index_rescan(scan_, keys_, rule->key_count, nullptr, 0);
}

void KeyScan::start_walk(Datum key) {
    ScanKeyEntryInitializeWithInfo(&keys_[0], 0, 1, BTGreaterEqualStrategyNumber, InvalidOid,
                                   queries_->rule->keys[0].collation, const_cast<FmgrInfo *>(&index_->at_least), key);
    walking_ = true;
    before_try_ = 0;
    key_ = key;
    scan_->xs_want_itup = true;
    index_rescan(scan_, keys_, 1, nullptr, 0);
    step();
}

int KeyScan::compare(Datum one, Datum other) const {
    return DatumGetInt32(
        FunctionCall2Coll(const_cast<FmgrInfo *>(&index_->order), relation_->rd_indcollation[0], one, other));
}

/** Of the entry with the key. The entries after the last value are NULL, which no key equals. */
int KeyScan::compare_entry() const {
    bool null = false;
    const Datum entry = index_getattr(scan_->xs_itup, 1, scan_->xs_itupdesc, &null);
    return null ? 1 : compare(entry, key_);
}

void KeyScan::step() {
    ended_ = index_getnext_tid(scan_, ForwardScanDirection) == nullptr;
    used_ = false;
    order_ = ended_ ? 1 : compare_entry();
}

/** False: the key is not ahead in the index, or too far. */
bool KeyScan::walk_to(Datum key) {
    if (compare(key_, key) >= 0)
        return false;
    key_ = key;
    if (!ended_)
        order_ = compare_entry();
    for (int i = 0; i < longest_walk && order_ < 0; i++)
        step();
    return order_ >= 0;
}

bool KeyScan::next_on_walk() {
    for (;;) {
        if (used_)
            step();
        if (order_ != 0)
            return false;
        used_ = true;
        if (index_fetch_heap(scan_, slot_))
            return true;
    }
}

bool KeyScan::next_of_key() {
    if ((found_ && at_most_one_) || !index_getnext_slot(scan_, ForwardScanDirection, slot_))
        return false;
    found_ = true;
    note_place();
    return true;
}

bool KeyScan::next() {
    if (!(walking_ ? next_on_walk() : next_of_key()))
        return false;
    make_readable(slot_);
    return true;
}

void KeyScan::end() {
    ExecDropSingleTupleTableSlot(slot_);
    index_endscan(scan_);
    index_close(relation_, NoLock);
}

bool may_read(Relation table) {
    return !table->rd_rel->relrowsecurity &&
           pg_class_aclcheck(RelationGetRelid(table), GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

} // namespace pgtv::maintenance
