// Runs the contribution query once over the new and once over the old images and collects its rows by group. Lifetime:
// see contributions.hpp.

#include "pg/postgres.hpp"
#include "maintenance/contributions.hpp"

#include "maintenance/image_query.hpp"
#include "pg/bridge.hpp"

namespace pgtv::maintenance {
namespace {

struct ContributionReceiver {
    DestReceiver base; // first: the executor sees only this
    Contributions *contributions;
};

bool receive(TupleTableSlot *row, DestReceiver *self) {
    return pg::boundary([=] {
        reinterpret_cast<ContributionReceiver *>(self)->contributions->put(row);
        return true;
    });
}

void start(DestReceiver *, int, TupleDesc) {}
void stop(DestReceiver *) {}

bool is_key(const plan::DeltaPlan *delta, int position) {
    return delta->columns[position].combine == plan::Combine::key;
}

} // namespace

Contributions::Contributions(const plan::Rule *rule)
    : rule_(rule),
      memory_(AllocSetContextCreate(CurrentMemoryContext, "pg_tviews contributions", ALLOCSET_DEFAULT_SIZES)) {
    const auto count = static_cast<Size>(rule->delta->column_count);
    lengths_ = static_cast<int16 *>(MemoryContextAlloc(memory_, sizeof(int16) * count));
    by_value_ = static_cast<bool *>(MemoryContextAlloc(memory_, sizeof(bool) * count));
    for (Size i = 0; i < count; i++)
        get_typlenbyval(rule->delta->columns[i].type, &lengths_[i], &by_value_[i]);
}

bool Contributions::compute(const plan::SourceRule *source, const capture::SourceChanges *change) {
    keep_groups_ = source->keeps_groups;
    run(source, false, change->images - change->old_images);
    run(source, true, change->old_images);
    return MemoryContextMemAllocated(memory_, false) <= 4 * Size(work_mem) * 1024;
}

void Contributions::run(const plan::SourceRule *source, bool old, int64 images) {
    if (images == 0)
        return;
    ContributionReceiver receiver = {};
    receiver.base.receiveSlot = receive;
    receiver.base.rStartup = start;
    receiver.base.rShutdown = stop;
    receiver.base.rDestroy = stop;
    receiver.base.mydest = DestNone;
    receiver.contributions = this;
    old_ = old;
    const ImageQuery query = {rule_, source, source->contribution, "contribute",
                              old ? ImageKind::old_only : ImageKind::new_only};
    if (images == 1)
        run_by_parameters(query, &receiver.base);
    else
        run_by_relation(query, images, NIL, &receiver.base);
}

void Contributions::put(TupleTableSlot *row) {
    slot_getallattrs(row);
    const plan::DeltaPlan *delta = rule_->delta;
    if (DatumGetInt64(row->tts_values[delta->rows]) == 0)
        return; // a grouping without keys yields a row for no rows
    GroupChange *group = get(row->tts_values, row->tts_isnull);
    Contribution *into = old_ ? &group->lost : &group->gained;
    const MemoryContext before = MemoryContextSwitchTo(memory_);
    const auto count = static_cast<Size>(row->tts_tupleDescriptor->natts);
    into->values = static_cast<Datum *>(palloc(sizeof(Datum) * count));
    into->nulls = static_cast<bool *>(palloc(sizeof(bool) * count));
    for (Size i = 0; i < count; i++) {
        const Form_pg_attribute attribute = TupleDescAttr(row->tts_tupleDescriptor, i);
        into->nulls[i] = row->tts_isnull[i];
        into->values[i] =
            row->tts_isnull[i] ? Datum(0) : datumCopy(row->tts_values[i], attribute->attbyval, attribute->attlen);
    }
    MemoryContextSwitchTo(before);
}

uint32 Contributions::hash(const Datum *values, const bool *nulls) const {
    uint32 result = 0;
    for (int i = 0; i < rule_->delta->column_count; i++)
        if (is_key(rule_->delta, i))
            result = hash_combine(result, nulls[i] ? 0 : datum_image_hash(values[i], by_value_[i], lengths_[i]));
    return result;
}

bool Contributions::same_group(const Contribution &row, const Datum *values, const bool *nulls) const {
    for (int i = 0; i < rule_->delta->column_count; i++) {
        if (!is_key(rule_->delta, i))
            continue;
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
