// How row images are written into a row of tview.pending: a byte that tells old from new, then the image as the server
// keeps tuples in memory, one after the other. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "capture/descriptor.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::capture {

/** Collects images of one layout and stores them, as many in a row as fit on a page. */
class ChunkWriter {
public:
    ChunkWriter(Oid tview, const ImageLayout *layout);
    void put(MinimalTuple image, bool old);
    /** Stores what is left. */
    void finish();

private:
    catalog::PendingRow row_;
    StringInfoData buffer_;
};

/** Called with each image, newly made in the memory given; the receiver owns it. */
using StoredImageVisitor = void (*)(MinimalTuple image, bool old, void *argument);

/** Can the stored images be read, and do they hold all columns of `layout`? `source`: their table. */
bool can_read(const catalog::PendingRow &row, Relation source, const ImageLayout *layout);

/** What visit_stored_images() reads, and what it makes of it. */
struct StoredImages {
    const catalog::PendingRow *row;
    Relation source;
    const ImageLayout *layout; // of the images that are passed on
    MemoryContext memory;
};

void visit_stored_images(const StoredImages &images, StoredImageVisitor visitor, void *argument);

/** Visits the images of a row that can_read(), in the columns of `layout`. */
template <typename Visitor>
void for_each_stored_image(const catalog::PendingRow &row, Relation source, const ImageLayout *layout,
                           MemoryContext memory, Visitor visitor) {
    visit_stored_images(
        {&row, source, layout, memory},
        [](MinimalTuple image, bool old, void *argument) { (*static_cast<Visitor *>(argument))(image, old); },
        &visitor);
}

} // namespace pgtv::capture
