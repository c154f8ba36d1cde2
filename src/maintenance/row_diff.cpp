// Matching of rows: equal images cancel, rows of one identity become changes, the rest is removed or added.
// Lifetime: one comparison.

#include "pg/postgres.hpp"
#include "maintenance/row_diff.hpp"

#include "pg_tviews/counters.hpp"

namespace pgtv::maintenance {
namespace {

/** States of DiffRow::partner besides an index. */
constexpr int unmatched = -1;
constexpr int cancelled = -2;
constexpr int end_of_chain = -1;

/** A single stored row is compared without a hash. */
constexpr int worth_hashing = 2;

uint32 hash_columns(const RowShape *shape, const int *positions, int count, const DiffRow &row) {
    uint32 hash = 0;
    for (int i = 0; i < count; i++) {
        const int position = positions[i];
        hash = hash_combine(hash, row.nulls[position] ? 0 : hash_column(shape, position, row.values[position]));
    }
    return hash;
}

bool same_columns(const RowShape *shape, const int *positions, int count, const DiffRow &one, const DiffRow &other) {
    for (int i = 0; i < count; i++)
        if (!same_column(shape, positions[i], one.values, one.nulls, other.values, other.nulls))
            return false;
    return true;
}

} // namespace

RowDiff::RowDiff(const RowShape *shape, DiffSink *sink)
    : shape_(shape), sink_(sink), home_(CurrentMemoryContext),
      memory_(AllocSetContextCreate(CurrentMemoryContext, "pg_tviews row comparison", ALLOCSET_DEFAULT_SIZES)),
      stored_{}, computed_{}, by_image_{}, spill_(nullptr) {}

void RowDiff::put(Side side, const ItemPointerData *tid, const Datum *values, const bool *nulls) {
    if (side == Side::computed && spill_ == nullptr && stored_.count >= worth_hashing && cancel_at_once(values, nulls))
        return;
    if (side == Side::stored)
        by_image_ = {}; // stored rows come before computed ones, or so few at a time that it does not matter
    remember(side, tid, values, nulls);
    if (spill_ != nullptr || MemoryContextMemAllocated(memory_, false) > static_cast<Size>(work_mem) * 1024)
        spill();
}

/** Most computed rows equal a stored one: these are not copied. */
bool RowDiff::cancel_at_once(const Datum *values, const bool *nulls) {
    const MemoryContext old = MemoryContextSwitchTo(memory_);
    if (by_image_.heads == nullptr) {
        by_image_ = make_chains(stored_.count);
        for (int i = stored_.count - 1; i >= 0; i--) {
            hash(&stored_.rows[i]);
            if (stored_.rows[i].partner == unmatched)
                link(&by_image_, stored_.rows[i].image, i);
        }
    }
    DiffRow computed = {};
    computed.values = const_cast<Datum *>(values); // only read
    computed.nulls = const_cast<bool *>(nulls);
    hash(&computed);
    const bool cancels = cancel_one(&by_image_, computed);
    MemoryContextSwitchTo(old);
    return cancels;
}

void RowDiff::finish() {
    if (spill_ == nullptr) {
        report();
        clear();
        return;
    }
    drain_spill();
}

void RowDiff::remember(Side side, const ItemPointerData *tid, const Datum *values, const bool *nulls) {
    MemoryContext old = MemoryContextSwitchTo(memory_);
    Rows *rows = side == Side::stored ? &stored_ : &computed_;
    if (rows->count == rows->capacity) {
        rows->capacity = std::max(8, rows->capacity * 2);
        Size bytes = sizeof(DiffRow) * static_cast<Size>(rows->capacity);
        rows->rows = static_cast<DiffRow *>(rows->rows == nullptr ? MemoryContextAllocHuge(memory_, bytes)
                                                                  : repalloc_huge(rows->rows, bytes));
    }
    DiffRow *row = &rows->rows[rows->count++];
    const auto columns = static_cast<Size>(shape_->desc->natts);
    // The server's signature lacks the const; nothing is written there.
    HeapTuple tuple = heap_form_tuple(shape_->desc, const_cast<Datum *>(values), const_cast<bool *>(nulls));
    row->values = static_cast<Datum *>(palloc(sizeof(Datum) * columns));
    row->nulls = static_cast<bool *>(palloc(sizeof(bool) * columns));
    heap_deform_tuple(tuple, shape_->desc, row->values, row->nulls);
    row->partner = unmatched;
    if (tid != nullptr)
        ItemPointerCopy(tid, &row->tid);
    else
        ItemPointerSetInvalid(&row->tid);
    MemoryContextSwitchTo(old);
}

void RowDiff::spill() {
    if (spill_ == nullptr) {
        MemoryContext old = MemoryContextSwitchTo(home_);
        spill_ = static_cast<RowSpill *>(palloc(sizeof(RowSpill)));
        new (spill_) RowSpill(shape_);
        MemoryContextSwitchTo(old);
    }
    hash_all();
    spill_rows(&stored_, Side::stored);
    spill_rows(&computed_, Side::computed);
    clear();
}

void RowDiff::spill_rows(Rows *rows, Side side) {
    for (int i = 0; i < rows->count; i++) {
        const DiffRow &row = rows->rows[i];
        if (row.partner == cancelled)
            continue;
        SpilledRow spilled = {spill_group(row), row.image, side == Side::stored, row.tid};
        spill_->put(spilled, row.values, row.nulls);
    }
}

/** Rows that share an identity which is not unique could be too many for memory: those are told apart by image. */
uint32 RowDiff::spill_group(const DiffRow &row) const {
    return shape_->identity_unique ? row.identity : row.image;
}

void RowDiff::drain_spill() {
    auto *values = static_cast<Datum *>(palloc0(sizeof(Datum) * static_cast<Size>(shape_->desc->natts)));
    auto *nulls = static_cast<bool *>(palloc0(sizeof(bool) * static_cast<Size>(shape_->desc->natts)));
    RowSpill *spilled = spill_;
    spill_ = nullptr;
    spilled->sort();
    uint32 group = 0;
    for (SpilledRow row; spilled->next(&row, values, nulls);) {
        CHECK_FOR_INTERRUPTS();
        if (row.group != group) {
            report();
            clear();
        }
        group = row.group;
        remember(row.stored ? Side::stored : Side::computed, row.stored ? &row.tid : nullptr, values, nulls);
    }
    report();
    clear();
    spilled->end();
}

void RowDiff::report() {
    MemoryContext old = MemoryContextSwitchTo(memory_);
    if (stored_.count == 1 && computed_.count == 1 && stored_.rows[0].partner == unmatched) {
        report_one_to_one();
    } else if (stored_.count > 0 || computed_.count > 0) {
        if (stored_.count > 0 && computed_.count > 0) {
            hash_all();
            cancel_equal();
            pair_identities();
        }
        emit();
    }
    MemoryContextSwitchTo(old);
}

/** The common case: no hash, and a toasted value is fetched only when its size is the same. */
void RowDiff::report_one_to_one() {
    DiffRow *stored = &stored_.rows[0];
    DiffRow *computed = &computed_.rows[0];
    if (equal_row(*stored, *computed)) {
        counters::running.rows_unchanged++;
        return;
    }
    if (shape_->identity_count > 0 && equal_identity(*stored, *computed))
        stored->partner = computed->partner = 0;
    emit();
}

void RowDiff::hash_all() {
    for (Rows *rows : {&stored_, &computed_})
        for (int i = 0; i < rows->count; i++)
            hash(&rows->rows[i]);
}

void RowDiff::hash(DiffRow *row) const {
    row->image = hash_columns(shape_, shape_->live, shape_->live_count, *row);
    row->identity =
        shape_->identity_count > 0 ? hash_columns(shape_, shape_->identity, shape_->identity_count, *row) : row->image;
}

RowDiff::Chains RowDiff::make_chains(int count) {
    uint32 buckets = 8;
    while (buckets < static_cast<uint32>(count))
        buckets <<= 1;
    Chains chains;
    chains.mask = buckets - 1;
    chains.heads = static_cast<int *>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * buckets));
    std::fill_n(chains.heads, buckets, end_of_chain);
    chains.next =
        static_cast<int *>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * static_cast<Size>(count + 1)));
    return chains;
}

void RowDiff::link(Chains *chains, uint32 hash, int index) {
    chains->next[index] = chains->heads[hash & chains->mask];
    chains->heads[hash & chains->mask] = index;
}

/** Finds a stored row that equals `computed`, and cancels it. */
bool RowDiff::cancel_one(Chains *chains, const DiffRow &computed) {
    int *place = &chains->heads[computed.image & chains->mask];
    for (; *place != end_of_chain; place = &chains->next[*place]) {
        DiffRow *stored = &stored_.rows[*place];
        if (stored->image != computed.image || !equal_row(*stored, computed))
            continue;
        stored->partner = cancelled;
        counters::running.rows_unchanged++;
        *place = chains->next[*place]; // taken out: many equal rows stay linear
        return true;
    }
    return false;
}

void RowDiff::cancel_equal() {
    Chains chains = make_chains(stored_.count);
    for (int i = stored_.count - 1; i >= 0; i--)
        if (stored_.rows[i].partner == unmatched)
            link(&chains, stored_.rows[i].image, i);
    for (int j = 0; j < computed_.count; j++) {
        CHECK_FOR_INTERRUPTS();
        if (cancel_one(&chains, computed_.rows[j]))
            computed_.rows[j].partner = cancelled;
    }
}

void RowDiff::pair_identities() {
    if (shape_->identity_count == 0)
        return;
    Chains chains = make_chains(stored_.count);
    for (int i = stored_.count - 1; i >= 0; i--)
        if (stored_.rows[i].partner == unmatched)
            link(&chains, stored_.rows[i].identity, i);
    for (int j = 0; j < computed_.count; j++) {
        DiffRow *computed = &computed_.rows[j];
        if (computed->partner != unmatched)
            continue;
        int *place = &chains.heads[computed->identity & chains.mask];
        for (; *place != end_of_chain; place = &chains.next[*place]) {
            DiffRow *stored = &stored_.rows[*place];
            if (stored->identity != computed->identity || !equal_identity(*stored, *computed))
                continue;
            stored->partner = j;
            computed->partner = *place;
            *place = chains.next[*place];
            break;
        }
    }
}

void RowDiff::emit() {
    for (int i = 0; i < stored_.count; i++)
        if (stored_.rows[i].partner == unmatched)
            sink_->remove(stored_.rows[i]);
    for (int i = 0; i < stored_.count; i++)
        if (stored_.rows[i].partner >= 0)
            sink_->change(stored_.rows[i], computed_.rows[stored_.rows[i].partner]);
    for (int j = 0; j < computed_.count; j++)
        if (computed_.rows[j].partner == unmatched)
            sink_->add(computed_.rows[j]);
}

void RowDiff::clear() {
    stored_ = {};
    computed_ = {};
    by_image_ = {};
    MemoryContextReset(memory_);
}

bool RowDiff::equal_row(const DiffRow &one, const DiffRow &other) const {
    return same_columns(shape_, shape_->live, shape_->live_count, one, other);
}

bool RowDiff::equal_identity(const DiffRow &one, const DiffRow &other) const {
    return same_columns(shape_, shape_->identity, shape_->identity_count, one, other);
}

} // namespace pgtv::maintenance
