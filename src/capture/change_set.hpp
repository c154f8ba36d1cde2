// The change sets of the current transaction, one per source. Lifetime: transaction.
#pragma once

#include "pg/postgres.hpp"
#include "capture/descriptor.hpp"

namespace pgtv::capture {

/** What a trigger saw of one row. */
struct RowChange {
    TupleTableSlot *old_row; // nullptr for INSERT
    TupleTableSlot *new_row; // nullptr for DELETE
    ConsumerSet consumers;   // those who watch a column that changed
    bool image_changed;      // false: old and new image are the same
};

/** Adds a changed row to the change set of the route's source. */
void add_change(Route *route, const RowChange &change);

/** What the row trigger of `table` does; nullptr for the row before INSERT and after DELETE. */
void capture_row(Relation table, TupleTableSlot *old_row, TupleTableSlot *new_row);

/** Called with each image; the tuple is valid only during the call. */
using ImageVisitor = void (*)(MinimalTuple tuple, const Image &image, void *argument);

/** Visits the images of `source` pending for `tview`, oldest first. */
void visit_images(Oid tview, Oid source, bool old_only, ImageVisitor visitor, void *argument);

template <typename Visitor>
void for_each_image(Oid tview, Oid source, bool old_only, Visitor visitor) {
    visit_images(
        tview, source, old_only,
        [](MinimalTuple tuple, const Image &image, void *argument) {
            if constexpr (std::is_invocable_v<Visitor, MinimalTuple, const Image &>)
                (*static_cast<Visitor *>(argument))(tuple, image);
            else
                (*static_cast<Visitor *>(argument))(tuple, image.old);
        },
        &visitor);
}

/** The layout of the images of `source` pending for `tview`; nullptr if there are none. */
const ImageLayout *find_pending_layout(Oid tview, Oid source);

/** The transaction commits and nothing is pending any more: gives back what may not be held at commit. */
void before_commit();

} // namespace pgtv::capture
