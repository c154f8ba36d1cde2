// An update has changed nothing of a row but what can be copied if its two images, which follow each other, agree in the
// columns that do more in this TVIEW: its other strategies, and other TVIEWs, may need more of an image. (A deletion
// followed by an insertion of the same image amounts to the same.) Lifetime: a call.

#include "pg/postgres.hpp"
#include "maintenance/rowwise_change.hpp"

#include "capture/change_set.hpp"
#include "maintenance/changed_elements.hpp"
#include "maintenance/image_query.hpp"
#include "maintenance/statement_stack.hpp"
#include "pg_tviews/capture.hpp"

namespace pgtv::maintenance {
namespace {

/** So many are kept in memory. */
constexpr int64 most_elements = 100000;

class ImagePairs {
public:
    ImagePairs(const plan::SourceRule *source, const capture::ImageLayout *layout);
    void add(MinimalTuple tuple, const capture::Image &image);
    [[nodiscard]] bool all_same() const {
        return same_ && former_ == nullptr;
    }

private:
    [[nodiscard]] bool agree(MinimalTuple one, MinimalTuple other);

    TupleTableSlot *old_;
    TupleTableSlot *new_;
    Bitmapset *positions_ = nullptr; // in the images
    MinimalTuple former_ = nullptr;  // the old image whose new one comes next
    bool same_ = true;
};

ImagePairs::ImagePairs(const plan::SourceRule *source, const capture::ImageLayout *layout)
    : old_(MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple)),
      new_(MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple)) {
    for (int column = -1; (column = bms_next_member(source->working, column)) >= 0;)
        positions_ = bms_add_member(positions_, position_of(layout, AttrNumber(column)));
}

void ImagePairs::add(MinimalTuple tuple, const capture::Image &image) {
    if (!same_)
        return;
    if (image.old) {
        same_ = former_ == nullptr;
        former_ =
            static_cast<MinimalTuple>(palloc(tuple->t_len)); // the server's copy function differs between versions
        memcpy(former_, tuple, tuple->t_len);
        return;
    }
    same_ = former_ != nullptr ? !image.unchanged && agree(former_, tuple) : image.unchanged;
    if (former_ != nullptr)
        heap_free_minimal_tuple(former_);
    former_ = nullptr;
}

bool ImagePairs::agree(MinimalTuple one, MinimalTuple other) {
    ExecStoreMinimalTuple(one, old_, false);
    ExecStoreMinimalTuple(other, new_, false);
    slot_getallattrs(old_);
    slot_getallattrs(new_);
    bool same = true;
    for (int i = -1; same && (i = bms_next_member(positions_, i)) >= 0;) {
        const Form_pg_attribute column = TupleDescAttr(old_->tts_tupleDescriptor, i);
        same = old_->tts_isnull[i] == new_->tts_isnull[i] &&
               (old_->tts_isnull[i] ||
                datum_image_eq(old_->tts_values[i], new_->tts_values[i], column->attbyval, column->attlen));
    }
    ExecClearTuple(old_);
    ExecClearTuple(new_);
    return same;
}

/** Has nothing happened but updates of columns that can be copied? */
bool only_updates(const plan::Rule *rule, const plan::SourceRule *source, const capture::SourceChanges *change) {
    if (change->images != change->unchanged + change->old_images * 2)
        return false;
    const capture::ImageLayout *layout = capture::find_pending_layout(rule->tview, source->source);
    if (change->old_images == 0 || layout == nullptr)
        return layout != nullptr;
    ImagePairs pairs(source, layout);
    capture::for_each_image(rule->tview, source->source, false,
                            [&](MinimalTuple tuple, const capture::Image &image) { pairs.add(tuple, image); });
    return pairs.all_same();
}

} // namespace

RowwiseChange rowwise_change(const plan::Rule *rule, List *changes) {
    if (list_length(changes) != 1 || refreshed_inside())
        return {};
    const auto *change = static_cast<capture::SourceChanges *>(linitial(changes));
    const plan::SourceRule *source = plan::find_source(rule, change->source);
    if (change->whole || source == nullptr)
        return {};
    if (source->arrays != nullptr && change->images <= most_elements)
        return {.source = source, .elements = new (palloc(sizeof(ChangedElements))) ChangedElements(rule, source)};
    if (source->copied == NIL)
        return {};
    const bool deletions = change->old_images == change->images;
    const bool updates = !deletions && only_updates(rule, source, change);
    const bool fits = updates || (source->partner == nullptr && (deletions || change->old_images == 0));
    const bool additions = change->old_images + change->unchanged == 0;
    return {fits ? source : nullptr, deletions, updates, additions};
}

} // namespace pgtv::maintenance
