// Brings a whole TVIEW up to date, or counts what is wrong with it. Lifetime: a call.

#include "pg/postgres.hpp"
#include "maintenance/apply.hpp"

#include "maintenance/apply_bracket.hpp"
#include "maintenance/recompute.hpp"
#include "maintenance/stale_snapshot.hpp"
#include "pg_tviews/counters.hpp"

namespace pgtv::maintenance {
namespace {

void compare_all(const plan::Rule *rule, RowDiff *diff) {
    read_rows(rule, Side::stored, nullptr, diff);
    read_rows(rule, Side::computed, nullptr, diff);
    diff->finish();
}

class DifferenceCounter final : public DiffSink {
public:
    void remove(const DiffRow & /*stored*/) override {
        difference.extra++;
    }
    void change(const DiffRow & /*stored*/, const DiffRow & /*computed*/) override {
        difference.extra++;
        difference.missing++;
    }
    void add(const DiffRow & /*computed*/) override {
        difference.missing++;
    }

    Difference difference{};
};

} // namespace

RowCounts apply_full(const plan::Rule *rule) {
    counters::running.full_refreshes++;
    return write_as_owner(rule, [&](const ApplyScope &scope, RowWriter *writer) {
        RowDiff diff(scope.shape, writer);
        if (transaction_snapshot_differs())
            refuse_stale_rows(rule, nullptr, scope.shape);
        compare_all(rule, &diff);
    });
}

Difference find_difference(const plan::Rule *rule) {
    const ApplyScope scope = begin_apply(rule, AccessShareLock);
    DifferenceCounter counter;
    {
        const pg::RunAs owner(pg::relation_owner(rule->tview));
        compare_by_value(scope.shape);
        RowDiff diff(scope.shape, &counter);
        read_rows(rule, Side::stored, nullptr, &diff);
        read_declared_rows(rule, &diff);
        diff.finish();
    }
    end_apply(scope);
    return counter.difference;
}

} // namespace pgtv::maintenance
