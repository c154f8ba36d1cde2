// Runs the contribution query once over the new and once over the old images and collects its rows by group. Lifetime:
// see contributions.hpp.

#include "pg/postgres.hpp"
#include "maintenance/contributions.hpp"

#include "capture/change_set.hpp"
#include "maintenance/direct_evaluation.hpp"
#include "maintenance/image_rows.hpp"
#include "maintenance/recompute_plans.hpp"
#include "pg/bridge.hpp"
#include "plan/exchange.hpp"

namespace pgtv::maintenance {
namespace {

struct ContributionReceiver {
    DestReceiver base; // first: the executor sees only this
    Contributions *contributions;
};

/** `put`: the member that takes a row. */
template <auto put>
bool receive(TupleTableSlot *row, DestReceiver *self) {
    return pg::boundary([=] {
        slot_getallattrs(row);
        return (reinterpret_cast<ContributionReceiver *>(self)->contributions->*put)(row->tts_values, row->tts_isnull);
    });
}

void start(DestReceiver *, int, TupleDesc) {}
void stop(DestReceiver *) {}

ContributionReceiver receiver_of(Contributions *contributions, decltype(DestReceiver::receiveSlot) receive_row) {
    return {{receive_row, start, stop, stop, DestNone}, contributions};
}

void run(const ImageQuery &query, int64 rows, ContributionReceiver *receiver) {
    if (rows == 1)
        run_by_parameters(query, &receiver->base);
    else
        run_by_relation(query, rows, NIL, &receiver->base);
}

} // namespace

Contributions::Contributions(const plan::Rule *rule)
    : rule_(rule),
      memory_(AllocSetContextCreate(CurrentMemoryContext, "pg_tviews contributions", ALLOCSET_DEFAULT_SIZES)),
      width_(contribution_width(rule->delta)) {
    const auto count = static_cast<Size>(rule->delta->column_count);
    lengths_ = static_cast<int16 *>(MemoryContextAlloc(memory_, sizeof(int16) * count));
    by_value_ = static_cast<bool *>(MemoryContextAlloc(memory_, sizeof(bool) * count));
    match_ = static_cast<int *>(MemoryContextAlloc(memory_, sizeof(int) * count));
    for (Size i = 0; i < count; i++)
        get_typlenbyval(rule->delta->columns[i].type, &lengths_[i], &by_value_[i]);
}

void Contributions::tell_apart_by(bool key) {
    match_count_ = 0;
    for (int i = 0; key && i < rule_->key_count; i++)
        match_[match_count_++] = queries_of(rule_)->keys[i].position;
    for (int i = 0; !key && i < rule_->delta->column_count; i++)
        if (rule_->delta->columns[i].combine == plan::Combine::key)
            match_[match_count_++] = i;
}

bool Contributions::evaluate(const plan::SourceRule *source, const capture::SourceChanges *change) {
    if (change->old_images > 1 || change->images - change->old_images > 1)
        return false;
    DirectEvaluation evaluation(rule_, source);
    if (!evaluation.possible())
        return false;
    keep_groups_ = source->keeps_groups;
    tell_apart_by(evaluation.by_key());
    const capture::ImageLayout *layout = capture::find_pending_layout(rule_->tview, source->source);
    capture::for_each_image(rule_->tview, source->source, false, [&](MinimalTuple image, bool old) {
        const EvaluatedRow row = evaluation.evaluate(layout, image);
        old_ = old;
        if (row.counts)
            (void)put(row.values, row.nulls);
    });
    evaluation.end();
    return true;
}

bool Contributions::compute(const plan::SourceRule *source, const capture::SourceChanges *change) {
    keep_groups_ = source->keeps_groups;
    tell_apart_by(false);
    const bool both = change->old_images > 0 && change->old_images < change->images;
    if (both && change->images > images_as_parameters && source->contribution_marked != nullptr) {
        run_both(source, change->images);
        return within_memory();
    }
    run(source, false, change->images - change->old_images);
    if (within_memory())
        run(source, true, change->old_images);
    return within_memory();
}

bool Contributions::within_memory() const {
    return MemoryContextMemAllocated(memory_, false) <= 4 * Size(work_mem) * 1024;
}

/** What joins with the changed rows is read once. */
void Contributions::run_both(const plan::SourceRule *source, int64 images) {
    ContributionReceiver receiver = receiver_of(this, receive<&Contributions::put_marked>);
    maintenance::run({rule_, source, source->contribution_marked, "contribute both", ImageKind::marked}, images,
                     &receiver);
}

void Contributions::run(const plan::SourceRule *source, bool old, int64 images) {
    if (images == 0)
        return;
    ContributionReceiver receiver = receiver_of(this, receive<&Contributions::put>);
    old_ = old;
    const ImageKind kind = old ? ImageKind::old_only : ImageKind::new_only;
    maintenance::run({rule_, source, source->contribution, "contribute", kind}, images, &receiver);
}

bool Contributions::exchange(const plan::SourceRule *source, const capture::SourceChanges *change) {
    if (source->exchange == nullptr || !only_updates_beside(rule_, change, source->exchange->same))
        return false;
    keep_groups_ = source->keeps_groups;
    tell_apart_by(source->exchange->by_key);
    ContributionReceiver receiver = receiver_of(this, receive<&Contributions::put_pair>);
    maintenance::run({rule_, source, source->exchange->text, "exchange", ImageKind::pairs}, change->old_images,
                     &receiver);
    return within_memory();
}

bool Contributions::put_pair(Datum *values, bool *nulls) {
    old_ = false;
    if (!put(values, nulls))
        return false;
    for (int m = 0; m < match_count_; m++) {
        values[width_ + match_[m]] = values[match_[m]];
        nulls[width_ + match_[m]] = nulls[match_[m]];
    }
    old_ = true;
    return put(values + width_, nulls + width_);
}

bool Contributions::put(const Datum *values, const bool *nulls) {
    if (DatumGetInt64(values[rule_->delta->rows]) == 0)
        return true; // a grouping without keys yields a row for no rows
    GroupChange *group = get(values, nulls);
    Contribution *into = old_ ? &group->lost : &group->gained;
    const MemoryContext before = MemoryContextSwitchTo(memory_);
    into->values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(width_)));
    into->nulls = static_cast<bool *>(palloc(sizeof(bool) * static_cast<Size>(width_)));
    for (int i = 0; i < width_; i++) {
        const bool visible = i < rule_->delta->column_count;
        into->nulls[i] = nulls[i];
        into->values[i] = nulls[i] ? Datum(0) : visible ? datumCopy(values[i], by_value_[i], lengths_[i]) : values[i];
    }
    MemoryContextSwitchTo(before);
    return within_memory();
}

uint32 Contributions::hash(const Datum *values, const bool *nulls) const {
    uint32 result = 0;
    for (int m = 0; m < match_count_; m++) {
        const int i = match_[m];
        result = hash_combine(result, nulls[i] ? 0 : datum_image_hash(values[i], by_value_[i], lengths_[i]));
    }
    return result;
}

bool Contributions::same_group(const Contribution &row, const Datum *values, const bool *nulls) const {
    for (int m = 0; m < match_count_; m++) {
        const int i = match_[m];
        if (row.nulls[i] != nulls[i] ||
            (!nulls[i] && !datum_image_eq(row.values[i], values[i], by_value_[i], lengths_[i])))
            return false;
    }
    return true;
}

GroupChange *Contributions::find(const Datum *values, const bool *nulls) const {
    if (room_ == 0)
        return nullptr;
    const uint32 wanted = hash(values, nulls);
    for (GroupChange *group = heads_[wanted & (room_ - 1)]; group != nullptr; group = group->next) {
        const Contribution &row = group->gained.values != nullptr ? group->gained : group->lost;
        if (group->hash == wanted && same_group(row, values, nulls))
            return group;
    }
    return nullptr;
}

GroupChange *Contributions::get(const Datum *values, const bool *nulls) {
    if (GroupChange *known = find(values, nulls))
        return known;
    if (count_ >= room_)
        grow();
    auto *group = static_cast<GroupChange *>(MemoryContextAllocZero(memory_, sizeof(GroupChange)));
    group->hash = hash(values, nulls);
    GroupChange **head = &heads_[group->hash & (room_ - 1)];
    group->next = *head;
    *head = group;
    count_++;
    return group;
}

void Contributions::grow() {
    GroupChange **former = heads_;
    const uint32 former_room = room_;
    room_ = room_ == 0 ? 8 : room_ * 4;
    heads_ = static_cast<GroupChange **>(
        MemoryContextAllocExtended(memory_, sizeof(GroupChange *) * room_, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    for (uint32 i = 0; i < former_room; i++) {
        for (GroupChange *group = former[i]; group != nullptr;) {
            GroupChange *next = group->next;
            GroupChange **head = &heads_[group->hash & (room_ - 1)];
            group->next = *head;
            *head = group;
            group = next;
        }
    }
    if (former != nullptr)
        pfree(former);
}

} // namespace pgtv::maintenance
