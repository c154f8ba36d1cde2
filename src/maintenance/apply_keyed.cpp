// Brings the rows of some keys up to date, chunk by chunk. Lifetime: one TVIEW of one flush.

#include "pg/postgres.hpp"
#include "maintenance/apply.hpp"

#include "maintenance/apply_bracket.hpp"
#include "maintenance/array_update.hpp"
#include "maintenance/copied_update.hpp"
#include "maintenance/partner_update.hpp"
#include "maintenance/recompute.hpp"
#include "maintenance/stale_snapshot.hpp"
#include "pg_tviews/counters.hpp"

namespace pgtv::maintenance {
namespace {

/** Adds whatever it gets. */
class AddedRows final : public RowSink {
public:
    AddedRows(const RowShape *shape, RowWriter *writer) : shape_(shape), writer_(writer) {}
    void put(Side /*side*/, const ItemPointerData * /*tid*/, const Datum *values, const bool *nulls) override {
        writer_->add_now(values, nulls);
    }
    [[nodiscard]] const RowShape *shape() const override {
        return shape_;
    }

private:
    const RowShape *shape_;
    RowWriter *writer_;
};

/** What saves recomputing, each where it is possible. */
struct Shortcuts {
    CopiedUpdate copied;
    PartnerUpdate partners;
    ArrayUpdate arrays;
    AddedRows added;
};

/** Compares each chunk of keys as it comes. */
class ChunkComparison final : public KeyChunkSink {
public:
    ChunkComparison(const plan::Rule *rule, RowDiff *diff, Shortcuts *shortcuts)
        : rule_(rule), diff_(diff), added_(&shortcuts->added), copied_(&shortcuts->copied),
          partners_(&shortcuts->partners), arrays_(&shortcuts->arrays), refuses_stale_(transaction_snapshot_differs()) {
    }
    void look_up(const KeyChunk &chunk) override {
        if (refuses_stale_ || (!copied_->possible() && !partners_->possible() && !arrays_->possible())) {
            compare(chunk, true);
            return;
        }
        if (partners_->possible()) {
            partners_->copy(chunk);
            return;
        }
        if (arrays_->possible()) {
            const KeyChunk left = arrays_->update(chunk);
            if (left.count > 0)
                compare(left, true);
            return;
        }
        if (copied_->adds(chunk)) {
            read_rows(rule_, Side::computed, &chunk, added_);
            return;
        }
        const CopiedUpdate::Rest rest = copied_->copy(chunk);
        if (rest.keys.count > 0)
            compare(rest.keys, rest.maybe_stored);
    }

private:
    void compare(const KeyChunk &chunk, bool maybe_stored) {
        if (maybe_stored)
            read_rows(rule_, Side::stored, &chunk, diff_);
        read_rows(rule_, Side::computed, &chunk, diff_);
        if (refuses_stale_)
            refuse_stale_rows(rule_, &chunk, diff_->shape());
        diff_->finish();
    }

    const plan::Rule *rule_;
    RowDiff *diff_;
    AddedRows *added_;
    CopiedUpdate *copied_;
    PartnerUpdate *partners_;
    ArrayUpdate *arrays_;
    bool refuses_stale_;
};

} // namespace

RowCounts apply_keys(const plan::Rule *rule, const KeySet &keys, const RowwiseChange &change) {
    if (keys.everything)
        return apply_full(rule);
    if (keys.count == 0)
        return {};
    counters::running.keys_recomputed += keys.count;
    return write_as_owner(rule, [&](const ApplyScope &scope, RowWriter *writer) {
        RowDiff diff(scope.shape, writer);
        const RowwiseChange rows = change.elements != nullptr ? RowwiseChange{} : change;
        Shortcuts shortcuts = {CopiedUpdate(rule, rows, scope, writer), PartnerUpdate(rule, rows, scope, writer),
                               ArrayUpdate(rule, change, scope, writer), AddedRows(scope.shape, writer)};
        ChunkComparison comparison(rule, &diff, &shortcuts);
        for_each_chunk(rule, keys, &comparison);
        shortcuts.copied.end();
        shortcuts.partners.end();
        shortcuts.arrays.end();
    });
}

} // namespace pgtv::maintenance
