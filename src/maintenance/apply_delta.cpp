// Reads the stored rows of the affected keys, combines each with its group's contributions and writes what changed.
// Groups that cannot be combined are recomputed by key. Lifetime: the flush of one TVIEW.

#include "pg/postgres.hpp"
#include "maintenance/apply_delta.hpp"

#include "maintenance/apply.hpp"
#include "maintenance/apply_bracket.hpp"
#include "maintenance/combine.hpp"
#include "maintenance/recompute.hpp"
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
        must_recompute_ ? Outcome::nothing : combine({rule_, contributions_->keep_groups(), &members_}, change, row);
    if (outcome == Outcome::recompute)
        must_recompute_ = true;
    else if (outcome == Outcome::add)
        keep(outcome, nullptr, row);
    else if (outcome == Outcome::remove || (outcome == Outcome::change && changed(row)))
        keep(outcome, tid, row);
    else if (outcome == Outcome::change)
        counters::running.rows_unchanged++;
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
    if (rule->delta == nullptr || IsolationUsesXactSnapshot() || list_length(changes) != 1)
        return nullptr;
    const auto *change = static_cast<capture::SourceChanges *>(linitial(changes));
    const plan::SourceRule *source = plan::find_source(rule, change->source);
    return source != nullptr && source->strategy == plan::Strategy::delta && !change->whole ? change : nullptr;
}

RowCounts apply_delta(const plan::Rule *rule, const KeySet &keys, const capture::SourceChanges *change) {
    const plan::SourceRule *source = plan::find_source(rule, change->source);
    bool must_recompute = false;
    const RowCounts counts = write_as_owner(rule, [&](const ApplyScope &scope, RowWriter *writer) {
        auto *contributions = new (palloc(sizeof(Contributions))) Contributions(rule);
        DeltaApplication application(rule, scope.shape, contributions);
        bool done = contributions->evaluate(source, change);
        if (done) {
            application.read(keys);
            done = !application.unclear();
        }
        if (!done) {
            contributions = new (palloc(sizeof(Contributions))) Contributions(rule);
            must_recompute = !contributions->compute(source, change);
            application = DeltaApplication(rule, scope.shape, contributions);
            if (!must_recompute) {
                application.read(keys);
                application.add_new_groups();
            }
        }
        capture::mark_consumed(rule->tview);
        must_recompute = must_recompute || application.must_recompute();
        if (!must_recompute)
            application.write(writer);
    });
    return must_recompute ? apply_keys(rule, keys) : counts;
}

} // namespace pgtv::maintenance
