// The three ways to get the keys of one changed source, under the active snapshot. Lifetime: one derivation.

#include "pg/postgres.hpp"
#include "maintenance/derive_query.hpp"

#include "capture/change_set.hpp"
#include "maintenance/image_query.hpp"
#include "pg_tviews/capture.hpp"

namespace pgtv::maintenance {

void take_direct_keys(const Derivation &derivation) {
    const Oid tview = derivation.rule->tview;
    const plan::SourceRule *source = derivation.source;
    const capture::ImageLayout *layout = capture::find_pending_layout(tview, source->source);
    if (layout == nullptr)
        return;
    TupleTableSlot *slot = MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * size_t(source->direct_count)));
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * size_t(source->direct_count)));
    auto *positions = static_cast<int *>(palloc(sizeof(int) * size_t(source->direct_count)));
    for (int i = 0; i < source->direct_count; i++)
        positions[i] = position_of(layout, source->direct[i]);
    capture::for_each_image(tview, source->source, false, [&](MinimalTuple image, bool) {
        if (derivation.collector->overflowed())
            return;
        ExecStoreMinimalTuple(image, slot, false);
        slot_getallattrs(slot);
        for (int i = 0; i < source->direct_count; i++) {
            values[i] = slot->tts_values[positions[i]];
            nulls[i] = slot->tts_isnull[positions[i]];
        }
        (void)derivation.collector->add(values, nulls);
    });
    ExecClearTuple(slot);
}

bool take_only_key(Oid tview, const plan::SourceRule *source, KeySet *key) {
    const capture::ImageLayout *layout = capture::find_pending_layout(tview, source->source);
    if (layout == nullptr)
        return false;
    bool first = true;
    bool only = true;
    capture::for_each_image(tview, source->source, false, [&](MinimalTuple image, bool) {
        HeapTupleData tuple = {};
        tuple.t_len = image->t_len + MINIMAL_TUPLE_OFFSET;
        tuple.t_data = reinterpret_cast<HeapTupleHeader>(reinterpret_cast<char *>(image) - MINIMAL_TUPLE_OFFSET);
        for (int i = 0; i < source->direct_count && only; i++) {
            const int position = position_of(layout, source->direct[i]);
            const Form_pg_attribute column = TupleDescAttr(layout->desc, position);
            bool null = false;
            const Datum value = heap_getattr(&tuple, position + 1, layout->desc, &null);
            if (first) {
                key->values[i] = null ? Datum(0) : datumCopy(value, column->attbyval, column->attlen);
                key->nulls[i] = null;
            } else {
                only = key->nulls[i] == null &&
                       (null || datum_image_eq(value, key->values[i], column->attbyval, column->attlen));
            }
        }
        first = false;
    });
    return only && !first;
}

void derive_by_parameters(const Derivation &derivation) {
    const plan::SourceRule *source = derivation.source;
    run_by_parameters({derivation.rule, source, source->derive_single, "derive", ImageKind::all, source->derive_reads},
                      derivation.collector->receiver());
}

void derive_by_relation(const Derivation &derivation, int64 images, bool alone) {
    const plan::SourceRule *source = derivation.source;
    const ImageQuery query = {derivation.rule,
                              source,
                              alone ? source->derive_single : source->derive_multi,
                              alone ? "derive alone" : "derive with others",
                              ImageKind::all,
                              alone && !source->needs_old ? source->derive_reads : NIL};
    List *reads_old = alone ? (source->needs_old ? list_make1_oid(source->source) : NIL) : source->multi_reads;
    run_by_relation(query, images, reads_old, derivation.collector->receiver());
}

} // namespace pgtv::maintenance
