// Keys are compared by their images, which is their types' equality: plan/array_parts asks for that. Lifetime: see
// changed_elements.hpp.

#include "pg/postgres.hpp"
#include "maintenance/changed_elements.hpp"

#include "capture/change_set.hpp"
#include "maintenance/image_query.hpp"
#include "plan/array_parts.hpp"

namespace pgtv::maintenance {
namespace {

int64 number_of(Oid type, Datum value) {
    if (type == INT2OID)
        return DatumGetInt16(value);
    return type == INT4OID ? DatumGetInt32(value) : DatumGetInt64(value);
}

} // namespace

ChangedElements::ChangedElements(const plan::Rule *rule, const plan::SourceRule *source)
    : rule_(rule), lengths_(static_cast<int16 *>(palloc(sizeof(int16) * static_cast<Size>(rule->key_count)))),
      by_value_(static_cast<bool *>(palloc(sizeof(bool) * static_cast<Size>(rule->key_count)))),
      number_type_(source->arrays->type),
      elements_(static_cast<ChangedElement *>(palloc(sizeof(ChangedElement) * static_cast<Size>(room_)))) {
    const capture::ImageLayout *layout = capture::find_pending_layout(rule->tview, source->source);
    auto *positions = static_cast<int *>(palloc(sizeof(int) * static_cast<Size>(rule->key_count)));
    for (int i = 0; i < rule->key_count; i++) {
        get_typlenbyval(rule->keys[i].type, &lengths_[i], &by_value_[i]);
        positions[i] = position_of(layout, source->direct[i]);
    }
    const int number = position_of(layout, source->arrays->number);
    TupleTableSlot *image = MakeSingleTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    capture::for_each_image(rule->tview, source->source, false, [&](MinimalTuple tuple, const capture::Image &) {
        ExecStoreMinimalTuple(tuple, image, false);
        slot_getallattrs(image);
        add(image, positions, number);
        ExecClearTuple(image);
    });
    ExecDropSingleTupleTableSlot(image);
    sort();
}

void ChangedElements::add(TupleTableSlot *image, const int *positions, int number) {
    CHECK_FOR_INTERRUPTS();
    for (int i = 0; i < rule_->key_count; i++)
        if (image->tts_isnull[positions[i]])
            return;
    if (count_ == room_) {
        room_ *= 2;
        elements_ =
            static_cast<ChangedElement *>(repalloc_huge(elements_, sizeof(ChangedElement) * static_cast<Size>(room_)));
    }
    auto *key = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(rule_->key_count)));
    for (int i = 0; i < rule_->key_count; i++)
        key[i] = datumCopy(image->tts_values[positions[i]], by_value_[i], lengths_[i]);
    elements_[count_++] = {hash(key), number_of(number_type_, image->tts_values[number]), key};
}

uint32 ChangedElements::hash(const Datum *key) const {
    uint32 result = 0;
    for (int i = 0; i < rule_->key_count; i++)
        result = hash_combine(result, datum_image_hash(key[i], by_value_[i], lengths_[i]));
    return result;
}

bool ChangedElements::same_key(const Datum *one, const Datum *other) const {
    for (int i = 0; i < rule_->key_count; i++)
        if (!datum_image_eq(one[i], other[i], by_value_[i], lengths_[i]))
            return false;
    return true;
}

/** Keys of the same hash stay mixed. */
void ChangedElements::sort() {
    std::sort(elements_, elements_ + count_, [](const ChangedElement &one, const ChangedElement &other) {
        return one.hash != other.hash ? one.hash < other.hash : one.number < other.number;
    });
}

int ChangedElements::find(const KeyChunk &chunk, int i, const ChangedElement **first) const {
    const Datum *key = chunk.values + static_cast<Size>(i) * static_cast<Size>(chunk.column_count);
    const uint32 wanted = hash(key);
    const ChangedElement *from =
        std::lower_bound(elements_, elements_ + count_, wanted,
                         [](const ChangedElement &element, uint32 value) { return element.hash < value; });
    auto *found = static_cast<ChangedElement *>(palloc(0));
    int count = 0;
    for (const ChangedElement *element = from; element < elements_ + count_ && element->hash == wanted; element++) {
        if (!same_key(element->key, key) || (count > 0 && found[count - 1].number == element->number))
            continue;
        found = static_cast<ChangedElement *>(repalloc(found, sizeof(ChangedElement) * static_cast<Size>(count + 1)));
        found[count++] = *element;
    }
    *first = found;
    return count;
}

} // namespace pgtv::maintenance
