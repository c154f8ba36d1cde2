// Reads the stored rows of the affected keys, combines each with its group's contributions and writes what changed.
// Groups that cannot be combined are recomputed by key. Lifetime: the flush of one TVIEW.

#include "pg/postgres.hpp"
#include "maintenance/apply_delta.hpp"

#include "maintenance/apply.hpp"
#include "maintenance/apply_bracket.hpp"
#include "maintenance/combine.hpp"
#include "maintenance/key_collector.hpp"
#include "maintenance/recompute.hpp"
#include "maintenance/recompute_plans.hpp"
#include "maintenance/statement_stack.hpp"
#include "pg_tviews/counters.hpp"

namespace pgtv::maintenance {
namespace {

/** A group to write, kept until it is known that none has to be recomputed with it. */
struct Pending {
    Outcome outcome;
    ItemPointerData tid;
    Datum *values; // the new row, by position in the TVIEW's tuple
    bool *nulls;
    Datum *stored_values; // the row as it is (change)
    bool *stored_nulls;
};

class DeltaApplication final : public RowSink, public KeyChunkSink {
public:
    DeltaApplication(const plan::Rule *rule, const RowShape *shape, Contributions *contributions);
    /** The key is shared with others: what the group is made of is not to be looked at. */
    void share() {
        shared_ = true;
    }
    /** Combines the stored rows of these keys with what is contributed to them. */
    void read(const KeySet &keys);
    void put(Side side, const ItemPointerData *tid, const Datum *values, const bool *nulls) override;
    void look_up(const KeyChunk &chunk) override {
        read_rows(rule_, Side::stored, &chunk, this);
    }
    [[nodiscard]] const RowShape *shape() const override {
        return shape_;
    }
    /** The groups for which the TVIEW has no row. */
    void add_new_groups();
    /** Is there a group for which the TVIEW has no row, or more than one? */
    [[nodiscard]] bool unclear() const;
    [[nodiscard]] bool must_recompute() const {
        return must_recompute_;
    }
    /** Is there exactly one row, which stays, with new values or the same? */
    [[nodiscard]] bool adds_to_one_row() const {
        return !must_recompute_ && settled_ == 1 && last_outcome_ == Outcome::change && !unclear();
    }
    /** Locks the only row as it was read. False: it is another transaction's. */
    bool lock_row(Relation table, TransactionId *writer);
    void write(RowWriter *writer) const;

private:
    void settle(const GroupChange &change, const ItemPointerData *tid, const GroupRow &row);
    void keep(Outcome outcome, const ItemPointerData *tid, const GroupRow &row);
    void copy(const Datum *values, const bool *nulls, Datum **into, bool **into_nulls) const;
    [[nodiscard]] bool changed(const GroupRow &row) const;
    /** For a row of the table, or of the columns of DeltaPlan. */
    [[nodiscard]] int room() const {
        return std::max(shape_->desc->natts, rule_->delta->column_count);
    }
    [[nodiscard]] Datum *room_for_values() const {
        return static_cast<Datum *>(palloc0(sizeof(Datum) * static_cast<Size>(room())));
    }
    [[nodiscard]] bool *room_for_nulls() const;

    const plan::Rule *rule_;
    const RowShape *shape_;
    Contributions *contributions_;
    GroupMembers members_;
    MemoryContext memory_;
    Datum *stored_; // the row at hand: live columns, then aggregates read off them
    bool *stored_nulls_;
    Datum *combined_;
    bool *combined_nulls_;
    List *pending_ = NIL; // of Pending *
    bool must_recompute_ = false;
    bool ambiguous_ = false;
    bool shared_ = false;
    int settled_ = 0; // groups
    Outcome last_outcome_ = Outcome::nothing;
    ItemPointerData last_tid_ = {};
};

DeltaApplication::DeltaApplication(const plan::Rule *rule, const RowShape *shape, Contributions *contributions)
    : rule_(rule), shape_(shape), contributions_(contributions), members_(rule), memory_(CurrentMemoryContext),
      stored_(room_for_values()), stored_nulls_(room_for_nulls()), combined_(room_for_values()),
      combined_nulls_(room_for_nulls()) {}

bool *DeltaApplication::room_for_nulls() const {
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * static_cast<Size>(room())));
    std::fill_n(nulls, room(), true);
    return nulls;
}

void DeltaApplication::put(Side, const ItemPointerData *tid, const Datum *values, const bool *nulls) {
    for (int i = 0; i < shape_->live_count; i++) {
        stored_[i] = values[shape_->live[i]];
        stored_nulls_[i] = nulls[shape_->live[i]];
    }
    GroupChange *change = contributions_->find(stored_, stored_nulls_);
    if (change == nullptr)
        return;
    ambiguous_ = ambiguous_ || change->stored;
    change->stored = true;
    settle(*change, tid, GroupRow{stored_, stored_nulls_, combined_, combined_nulls_});
}

void DeltaApplication::read(const KeySet &keys) {
    if (keys.everything)
        read_rows(rule_, Side::stored, nullptr, this);
    else
        for_each_chunk(rule_, keys, this);
}

bool DeltaApplication::unclear() const {
    bool result = ambiguous_;
    contributions_->for_each([&](const GroupChange *change) { result = result || !change->stored; });
    return result;
}

void DeltaApplication::add_new_groups() {
    contributions_->for_each([this](GroupChange *change) {
        if (!change->stored)
            settle(*change, nullptr, GroupRow{nullptr, nullptr, combined_, combined_nulls_});
    });
}

void DeltaApplication::settle(const GroupChange &change, const ItemPointerData *tid, const GroupRow &row) {
    CHECK_FOR_INTERRUPTS();
    const Outcome outcome =
        must_recompute_ ? Outcome::nothing
                        : combine({rule_, contributions_->keep_groups(), shared_ ? nullptr : &members_}, change, row);
    settled_++;
    last_outcome_ = outcome;
    if (tid != nullptr)
        ItemPointerCopy(tid, &last_tid_);
    if (outcome == Outcome::recompute)
        must_recompute_ = true;
    else if (outcome == Outcome::add)
        keep(outcome, nullptr, row);
    else if (outcome == Outcome::remove || (outcome == Outcome::change && changed(row)))
        keep(outcome, tid, row);
    else if (outcome == Outcome::change)
        counters::running.rows_unchanged++;
}

/** The transaction that has locked the row in `slot`; InvalidTransactionId if there may be several. */
TransactionId only_locker(TupleTableSlot *slot) {
    if (!TTS_IS_BUFFERTUPLE(slot) || TTS_EMPTY(slot))
        return InvalidTransactionId;
    const HeapTupleHeader header = ExecFetchSlotHeapTuple(slot, false, nullptr)->t_data;
    const bool one = (header->t_infomask & (HEAP_XMAX_INVALID | HEAP_XMAX_IS_MULTI)) == 0;
    return one ? HeapTupleHeaderGetRawXmax(header) : InvalidTransactionId;
}

/**
 * The row is locked even if it stays as it is: so whoever shares the key has the row as well, and need not be waited for
 * by others who have it. Not waiting for it keeps the order of locks: who waits holds none of this flush.
 */
bool DeltaApplication::lock_row(Relation table, TransactionId *writer) {
    TupleTableSlot *slot = table_slot_create(table, nullptr);
    SnapshotData dirty = {};
    InitDirtySnapshot(dirty);
    TM_Result result = TM_Updated;
    if (table_tuple_fetch_row_version(table, &last_tid_, &dirty, slot) && !TransactionIdIsValid(dirty.xmax)) {
        TM_FailureData failure;
        result = table_tuple_lock(table, &last_tid_, GetActiveSnapshot(), slot, GetCurrentCommandId(false),
                                  LockTupleNoKeyExclusive, LockWaitSkip, 0, &failure);
    }
    *writer = result == TM_WouldBlock ? only_locker(slot) : dirty.xmax;
    ExecDropSingleTupleTableSlot(slot);
    return result == TM_Ok;
}

bool DeltaApplication::changed(const GroupRow &row) const {
    for (int i = 0; i < shape_->live_count; i++) {
        const Form_pg_attribute attribute = TupleDescAttr(shape_->desc, shape_->live[i]);
        if (row.nulls[i] != row.stored_nulls[i] ||
            (!row.nulls[i] && !datum_image_eq(row.values[i], row.stored[i], attribute->attbyval, attribute->attlen)))
            return true;
    }
    return false;
}

void DeltaApplication::copy(const Datum *values, const bool *nulls, Datum **into, bool **into_nulls) const {
    *into = room_for_values();
    *into_nulls = room_for_nulls();
    for (int i = 0; i < shape_->live_count; i++) {
        const int position = shape_->live[i];
        const Form_pg_attribute attribute = TupleDescAttr(shape_->desc, position);
        (*into_nulls)[position] = nulls[i];
        (*into)[position] = nulls[i] ? Datum(0) : datumCopy(values[i], attribute->attbyval, attribute->attlen);
    }
}

void DeltaApplication::keep(Outcome outcome, const ItemPointerData *tid, const GroupRow &row) {
    const MemoryContext before = MemoryContextSwitchTo(memory_); // rows come in the memory of the query that reads them
    auto *pending = static_cast<Pending *>(palloc0(sizeof(Pending)));
    pending->outcome = outcome;
    if (tid != nullptr)
        ItemPointerCopy(tid, &pending->tid);
    if (outcome != Outcome::remove)
        copy(row.values, row.nulls, &pending->values, &pending->nulls);
    if (outcome == Outcome::change)
        copy(row.stored, row.stored_nulls, &pending->stored_values, &pending->stored_nulls);
    pending_ = lappend(pending_, pending);
    MemoryContextSwitchTo(before);
}

void DeltaApplication::write(RowWriter *writer) const {
    ListCell *cell;
    foreach (cell, pending_) {
        const auto *pending = static_cast<Pending *>(lfirst(cell));
        DiffRow computed = {};
        computed.values = pending->values;
        computed.nulls = pending->nulls;
        DiffRow stored = {};
        stored.values = pending->stored_values;
        stored.nulls = pending->stored_nulls;
        ItemPointerCopy(&pending->tid, &stored.tid);
        if (pending->outcome == Outcome::add)
            writer->add(computed);
        else if (pending->outcome == Outcome::remove)
            writer->remove(stored);
        else
            writer->change(stored, computed);
    }
}

} // namespace

const capture::SourceChanges *delta_change(const plan::Rule *rule, List *changes) {
    if (rule->delta == nullptr || IsolationUsesXactSnapshot() || refreshed_inside() || list_length(changes) != 1)
        return nullptr;
    const auto *change = static_cast<capture::SourceChanges *>(linitial(changes));
    const plan::SourceRule *source = plan::find_source(rule, change->source);
    return source != nullptr && source->strategy == plan::Strategy::delta && !change->whole ? change : nullptr;
}

AddedRow add_to_stored_row(const plan::Rule *rule, const KeySet &keys, const capture::SourceChanges *change) {
    AddedRow result = {AddedRow::Outcome::must_be_alone, InvalidTransactionId, {}};
    result.counts = write_as_owner(rule, [&](const ApplyScope &scope, RowWriter *writer) {
        auto *contributions = new (palloc(sizeof(Contributions))) Contributions(rule);
        DeltaApplication application(rule, scope.shape, contributions);
        if (!contributions->evaluate(plan::find_source(rule, change->source), change))
            return;
        application.share();
        application.read(keys);
        if (!application.adds_to_one_row())
            return;
        writer->open(); // the shorter the row is held, the better
        result.outcome = AddedRow::Outcome::busy;
        if (!application.lock_row(scope.table, &result.writer))
            return;
        result.outcome = AddedRow::Outcome::added;
        capture::mark_consumed(rule->tview);
        application.write(writer);
    });
    return result;
}

namespace {

/** The keys of all groups that change, in the memory of the caller. */
KeySet keys_of(const plan::Rule *rule, const Contributions *contributions, MemoryContext memory) {
    const MemoryContext before = MemoryContextSwitchTo(memory);
    TupleDesc desc = key_descriptor(rule);
    KeyCollector *collector = new (palloc(sizeof(KeyCollector))) KeyCollector(rule, desc, false);
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(rule->key_count)));
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * static_cast<Size>(rule->key_count)));
    contributions->for_each([&](const GroupChange *change) {
        const Contribution &row = change->gained.values != nullptr ? change->gained : change->lost;
        for (int i = 0; i < rule->key_count; i++) {
            const int position = queries_of(rule)->keys[i].position;
            values[i] = row.values[position];
            nulls[i] = row.nulls[position];
        }
        (void)collector->add(values, nulls);
    });
    MemoryContextSwitchTo(before);
    if (!collector->overflowed())
        return KeySet{false, collector->keys(), collector->count(), desc};
    tuplestore_end(collector->keys());
    return KeySet{};
}

} // namespace

RowCounts apply_delta(const plan::Rule *rule, KeySet *keys, const capture::SourceChanges *change) {
    const plan::SourceRule *source = plan::find_source(rule, change->source);
    const MemoryContext caller = CurrentMemoryContext;
    bool must_recompute = false;
    const RowCounts counts = write_as_owner(rule, [&](const ApplyScope &scope, RowWriter *writer) {
        auto *contributions = new (palloc(sizeof(Contributions))) Contributions(rule);
        DeltaApplication application(rule, scope.shape, contributions);
        bool done = contributions->evaluate(source, change) || contributions->exchange(source, change);
        if (done) {
            if (keys->left_out)
                *keys = keys_of(rule, contributions, caller);
            application.read(*keys);
            done = !application.unclear();
        }
        if (!done) {
            contributions = new (palloc(sizeof(Contributions))) Contributions(rule);
            must_recompute = !contributions->compute(source, change);
            application = DeltaApplication(rule, scope.shape, contributions);
            if (keys->left_out)
                *keys = must_recompute ? KeySet{} : keys_of(rule, contributions, caller);
            if (!must_recompute) {
                application.read(*keys);
                application.add_new_groups();
            }
        }
        capture::mark_consumed(rule->tview);
        must_recompute = must_recompute || application.must_recompute();
        if (!must_recompute)
            application.write(writer);
    });
    return must_recompute ? apply_keys(rule, *keys) : counts;
}

} // namespace pgtv::maintenance
