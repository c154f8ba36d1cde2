// From pending changes to the keys they affect. One changed source: its single text, with the images as parameters
// when there are at most two, else as a named relation. Several changed sources: the multi texts, which read partners
// as "now plus old images". Lifetime: the flush of one TVIEW; the plans live with the rule.

#include "pg/postgres.hpp"
#include "maintenance/key_set.hpp"

#include "maintenance/derive_query.hpp"
#include "maintenance/image_query.hpp"
#include "maintenance/key_collector.hpp"
#include "maintenance/stale_snapshot.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/maintenance.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::maintenance {
namespace {

void derive_source(const Derivation &derivation, const capture::SourceChanges *change, bool alone) {
    const plan::SourceRule *source = derivation.source;
    if (source->direct_count > 0)
        take_direct_keys(derivation);
    else if (alone && !source->needs_old && change->images <= images_as_parameters)
        derive_by_parameters(derivation);
    else
        derive_by_relation(derivation, change->images, alone);
}

struct Task {
    const plan::Rule *rule;
    List *changes;
    KeyCollector *collector;

    void run() const;
    [[nodiscard]] bool may_raise() const;
};

void Task::run() const {
    ListCell *cell;
    foreach (cell, changes) {
        const auto *change = static_cast<capture::SourceChanges *>(lfirst(cell));
        const plan::SourceRule *source = plan::find_source(rule, change->source);
        if (!source->irrelevant && !collector->overflowed())
            derive_source(Derivation{rule, source, collector}, change, list_length(changes) == 1);
    }
}

bool Task::may_raise() const {
    ListCell *cell;
    foreach (cell, changes)
        if (plan::find_source(rule, static_cast<capture::SourceChanges *>(lfirst(cell))->source)->may_raise)
            return true;
    return false;
}

/**
 * A derivation sees rows that the query filters out first, so a cast or a division may fail here and not there. Such
 * an error must not break the user's statement: the TVIEW is recomputed as a whole instead. False: derive nothing.
 */
bool survives(const Task &task) {
    if (!task.may_raise()) {
        task.run();
        return true;
    }
    ErrorData *failure = pg::attempt([&task] { task.run(); });
    if (failure == nullptr)
        return true;
    if (ERRCODE_TO_CATEGORY(failure->sqlerrcode) != ERRCODE_DATA_EXCEPTION)
        ReThrowError(failure);
    ereport(DEBUG1, (errmsg("recomputing as a whole: deriving the affected keys failed: %s", failure->message)));
    return false;
}

/** A transaction with a snapshot of its own looks at what is affected as it is now and as it sees it. */
bool survives_everywhere(const Task &task) {
    if (!survives(task))
        return false;
    if (!derives_by_query(task.rule, task.changes) || !transaction_snapshot_differs())
        return true;
    const UnderTransactionSnapshot older;
    return survives(task);
}

/** The images of a row that came, went or kept its key. False: there may be several keys, or it takes a query. */
bool has_only_key(const plan::Rule *rule, List *changes, KeySet *keys) {
    const auto *change = static_cast<const capture::SourceChanges *>(linitial(changes));
    const plan::SourceRule *source = plan::find_source(rule, change->source);
    if (list_length(changes) != 1 || change->images > 2 || source->irrelevant || source->direct_count == 0 ||
        settings::full_refresh_threshold <= 0)
        return false;
    const auto count = static_cast<Size>(rule->key_count);
    keys->values = static_cast<Datum *>(palloc(sizeof(Datum) * count));
    keys->nulls = static_cast<bool *>(palloc(sizeof(bool) * count));
    keys->everything = false;
    keys->count = 1;
    return take_only_key(rule->tview, source, keys);
}

} // namespace

TupleDesc key_descriptor(const plan::Rule *rule) {
    TupleDesc desc = CreateTemplateTupleDesc(rule->key_count);
    for (int i = 0; i < rule->key_count; i++) {
        const plan::KeyColumn &key = rule->keys[i];
        TupleDescInitEntry(desc, AttrNumber(i + 1), key.name, key.type, key.typmod, 0);
        TupleDescInitEntryCollation(desc, AttrNumber(i + 1), key.collation);
    }
    return desc;
}

bool needs_everything(const plan::Rule *rule, List *changes) {
    ListCell *cell;
    foreach (cell, changes) {
        const auto *change = static_cast<capture::SourceChanges *>(lfirst(cell));
        const plan::SourceRule *source = plan::find_source(rule, change->source);
        if (source != nullptr && source->irrelevant)
            continue;
        if (change->whole || source == nullptr || source->strategy == plan::Strategy::full)
            return true;
        const char *text = list_length(changes) > 1 ? source->derive_multi : source->derive_single;
        if (source->direct_count == 0 && text == nullptr)
            return true;
    }
    return rule->key_count == 0;
}

bool derives_by_query(const plan::Rule *rule, List *changes) {
    ListCell *cell;
    foreach (cell, changes) {
        const auto *change = static_cast<capture::SourceChanges *>(lfirst(cell));
        const plan::SourceRule *source = plan::find_source(rule, change->source);
        if (!source->irrelevant && source->direct_count == 0)
            return true;
    }
    return false;
}

KeySet derive_keys(const plan::Rule *rule, List *changes, bool any_number) {
    if (needs_everything(rule, changes))
        return {};
    KeySet only;
    if (has_only_key(rule, changes, &only))
        return only;
    TupleDesc desc = key_descriptor(rule);
    auto *collector = new (palloc(sizeof(KeyCollector))) KeyCollector(rule, desc, any_number);
    if (!survives_everywhere(Task{rule, changes, collector}) || collector->overflowed()) {
        tuplestore_end(collector->keys());
        return {};
    }
    return KeySet{false, collector->keys(), collector->count(), desc};
}

} // namespace pgtv::maintenance
