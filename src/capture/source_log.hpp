// The logs of the current transaction: one per source and image layout, newest first. Lifetime: transaction.
#pragma once

#include "pg/postgres.hpp"
#include "capture/change_log.hpp"
#include "capture/descriptor.hpp"
#include "capture/image_store.hpp"
#include "pg/context_allocator.hpp"

namespace pgtv::capture {

struct SourceLog {
    SourceLog(const ImageLayout *its_layout, MemoryContext memory, SourceLog *its_next)
        : layout(its_layout), store(memory),
          changes(its_layout->consumer_count, &store, pg::ContextAllocator<Image>(memory)), next(its_next) {}

    const ImageLayout *layout;
    ImageStore store;
    ChangeLog<ImageStore, pg::ContextAllocator<Image>> changes;
    SourceLog *next;
};

/** The newest log of all sources; the others follow by `next`. nullptr: nothing was captured. */
SourceLog *first_log();
/** The newest log of `source`, nullptr if none. */
SourceLog *find_log(Oid source);
/** The log that takes changes of this route; created if there is none of its layout. Sets "something is pending". */
SourceLog *get_log(Route *route);
/** A log with this layout, created if there is none. Sets "something is pending". */
SourceLog *get_log_of(const ImageLayout *layout);
/** Index of `tview` among the consumers, -1 if it is none. */
int find_consumer(const ImageLayout *layout, Oid tview);

/** What anything_pending() answers until the next change. */
void note_pending(bool anything);

/** Registers the transaction callbacks. Called by capture::initialize(). */
void initialize_logs();

} // namespace pgtv::capture
