// Brings the rows of some keys up to date, chunk by chunk. Lifetime: one TVIEW of one flush.

#include "pg/postgres.hpp"
#include "maintenance/apply.hpp"

#include "maintenance/apply_bracket.hpp"
#include "maintenance/recompute.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::maintenance {
namespace {

/** Below this many keys looking them up is never worse than a scan worth mentioning. */
constexpr int64 always_keyed = 1000;

/** Compares each chunk of keys as it comes. */
class ChunkComparison final : public KeyChunkSink {
public:
    ChunkComparison(const plan::Rule *rule, RowDiff *diff) : rule_(rule), diff_(diff) {}
    void look_up(const KeyChunk &chunk) override {
        read_rows(rule_, Side::stored, &chunk, diff_);
        read_rows(rule_, Side::computed, &chunk, diff_);
        diff_->finish();
    }

private:
    const plan::Rule *rule_;
    RowDiff *diff_;
};

/** Would looking up the keys one by one cost more than reading everything once? */
bool too_many_keys(const KeySet &keys, Oid tview) {
    if (settings::full_refresh_threshold <= 0)
        return true;
    if (keys.count <= always_keyed || settings::full_refresh_threshold >= 1)
        return false;
    BlockNumber pages = 0;
    double tuples = 0;
    double all_visible = 0;
    Relation table = table_open(tview, RowExclusiveLock);
    estimate_rel_size(table, nullptr, &pages, &tuples, &all_visible);
    table_close(table, NoLock);
    return static_cast<double>(keys.count) > tuples * settings::full_refresh_threshold;
}

} // namespace

RowCounts apply_keys(const plan::Rule *rule, const KeySet &keys) {
    if (!keys.everything && keys.count == 0)
        return {};
    if (keys.everything || rule->key_count == 0 || too_many_keys(keys, rule->tview))
        return apply_full(rule);
    return write_as_owner(rule, [&](const ApplyScope &scope, RowWriter *writer) {
        RowDiff diff(scope.shape, writer);
        ChunkComparison comparison(rule, &diff);
        for_each_chunk(rule, keys, &comparison);
    });
}

} // namespace pgtv::maintenance
