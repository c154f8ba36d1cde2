// Tries until the row is free; what was read before waiting is void. Lifetime: the flush of one TVIEW.

#include "pg/postgres.hpp"
#include "maintenance/shared_key.hpp"

#include "maintenance/apply_delta.hpp"
#include "maintenance/locked_derivation.hpp"
#include "maintenance/value_hash.hpp"

namespace pgtv::maintenance {
namespace {

/** Whoever comes too late so often gets the key in turn, alone. */
constexpr int most_attempts = 32;

/** In one attempt, of a row that others replace between reading and locking it. */
constexpr int most_readings = 4;

/** Else keys of other rows have the same lock, and who has one row would share it with those who have another. */
bool tells_keys_apart(const ValueHash &hash) {
    return std::all_of(hash.functions, hash.functions + hash.column_count,
                       [](const FmgrInfo &function) { return OidIsValid(function.fn_oid); });
}

bool may_share(const plan::Rule *rule, const capture::SourceChanges *delta) {
    return delta != nullptr && delta->old_images <= 1 && delta->images - delta->old_images <= 1 &&
           delta->source == plan::sharing_source(rule) && tells_keys_apart(hashes_of(rule)->key);
}

enum class Attempt { added, alone, outdated, again };

Attempt attempt(const LockedDerivation &derivation, const capture::SourceChanges *delta, ValueLocks *locks,
                AddedRow *added) {
    KeySet keys;
    if (!derive_locked(derivation, locks, &keys))
        return Attempt::outdated;
    if (locks->whole() || keys.everything || keys.count != 1)
        return Attempt::alone;
    for (int i = 0; i < most_readings; i++) {
        PushActiveSnapshot(GetLatestSnapshot());
        *added = add_to_stored_row(derivation.entry->rule, keys, delta);
        PopActiveSnapshot();
        if (added->outcome != AddedRow::Outcome::busy || TransactionIdIsValid(added->writer))
            break;
    }
    end_keys(keys);
    switch (added->outcome) {
    case AddedRow::Outcome::added:
        return Attempt::added;
    case AddedRow::Outcome::must_be_alone:
        return Attempt::alone;
    default:
        return Attempt::again;
    }
}

} // namespace

Shared add_beside_others(const capture::CachedTView *entry, List *changes, const capture::SourceChanges *delta,
                         RowCounts *counts) {
    if (!may_share(entry->rule, delta))
        return Shared::refused;
    ValueLocks locks(entry->tview);
    if (locks.whole())
        return Shared::refused;
    AddedRow added = {};
    Attempt outcome = Attempt::again;
    for (int i = 0; outcome == Attempt::again && i < most_attempts; i++) {
        CHECK_FOR_INTERRUPTS();
        if (TransactionIdIsValid(added.writer))
            locks.wait_for_writer(added.writer);
        added.writer = InvalidTransactionId;
        outcome = attempt({entry, changes, changes_rows}, delta, &locks, &added);
    }
    if (outcome == Attempt::added) {
        locks.keep();
        *counts = added.counts;
        return Shared::added;
    }
    locks.give_back();
    locks.leave_line();
    return outcome == Attempt::outdated ? Shared::outdated : Shared::refused;
}

} // namespace pgtv::maintenance
