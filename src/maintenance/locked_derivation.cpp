// Locks and derives by turns: each lock may let changes by others become visible, which may call for further locks.
// Lifetime: the flush of one TVIEW.

#include "pg/postgres.hpp"
#include "maintenance/locked_derivation.hpp"

#include "maintenance/copied_update.hpp"
#include "maintenance/edge_values.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/capture.hpp"

namespace pgtv::maintenance {
namespace {

struct Pass {
    const capture::CachedTView *entry;
    List *changes;
    ValueLocks *locks;
    LockUse key_use;
    bool by_query; // the keys depend on more than the changed rows
    bool walks;    // so do the values looked up on the way
};

void want_values_of_images(const Pass &pass) {
    const pg::RunAs owner(pass.entry->owner);
    want_values_of_images(pass.entry->rule, pass.changes, pass.locks);
}

/** False: not all that will be looked up is locked. */
bool walk(const Pass &pass) {
    if (!pass.walks || pass.locks->whole())
        return true;
    const pg::RunAs owner(pass.entry->owner);
    want_values_of_walks(pass.entry->rule, pass.changes, pass.locks);
    return pass.locks->all_held();
}

KeySet derive(const Pass &pass) {
    const pg::RunAs owner(pass.entry->owner);
    const plan::Rule *rule = pass.entry->rule;
    const KeySet keys = derive_keys(rule, pass.changes, comes_or_goes_by_key(rule, pass.changes));
    if (!keys.everything && !pass.locks->whole())
        want_keys(rule, keys, pass.key_use, pass.locks);
    return keys;
}

/** False: the keys may be others by now. Nothing is waited for while the snapshot is held. */
bool derive_under_locks(const Pass &pass, KeySet *keys) {
    if (pass.by_query)
        PushActiveSnapshot(GetLatestSnapshot());
    const bool locked = walk(pass);
    if (locked)
        *keys = derive(pass);
    if (pass.by_query)
        PopActiveSnapshot();
    if (!locked) {
        (void)pass.locks->take();
        return false;
    }
    if (keys->everything) {
        (void)pass.locks->take_whole();
        return true;
    }
    if (pass.locks->take() == Taken::kept || !pass.by_query)
        return true;
    end_keys(*keys);
    return false;
}

void derive_some(const LockedDerivation &derivation, ValueLocks *locks, KeySet *keys) {
    locks->share_tview();
    const plan::Rule *rule = derivation.entry->rule;
    const Pass pass = {derivation.entry,
                       derivation.changes,
                       locks,
                       derivation.key_use,
                       derives_by_query(rule, derivation.changes),
                       needs_walk(rule, derivation.changes)};
    if (!locks->whole()) {
        want_values_of_images(pass);
        (void)locks->take();
    }
    if (locks->whole() && derivation.may_leave_out) {
        *keys = KeySet{.everything = false, .left_out = true};
        return;
    }
    while (!derive_under_locks(pass, keys))
        CHECK_FOR_INTERRUPTS();
}

/** Who changes a rule in a way that matters to others has the TVIEW locked when he commits. */
bool is_current(const capture::CachedTView *entry) {
    AcceptInvalidationMessages();
    return capture::find_tview(entry->tview) == entry;
}

} // namespace

bool derive_locked(const LockedDerivation &derivation, ValueLocks *locks, KeySet *keys) {
    *keys = KeySet{};
    if (needs_everything(derivation.entry->rule, derivation.changes))
        (void)locks->take_whole();
    else
        derive_some(derivation, locks, keys);
    if (is_current(derivation.entry))
        return true;
    locks->give_back();
    end_keys(*keys);
    return false;
}

} // namespace pgtv::maintenance
