// Where the row images of a change set are: in memory up to work_mem (of all sources together), beyond that in a
// temporary file. Lifetime: transaction; survives the rollback of the subtransaction that created the file.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::capture {

class ImageStore {
public:
    explicit ImageStore(MemoryContext memory) : memory_(memory) {}

    /** Keeps a copy of an image; returns its place. */
    std::uint64_t keep(MinimalTuple image);
    /** The image at `place`: valid until the next call, not to be freed. */
    MinimalTuple read(std::uint64_t place);
    /** Forgets the image that was kept last and not dropped yet. Memory only. */
    void drop(std::uint64_t place);
    /** Closes the file; nothing may be kept or read afterwards. */
    void close();

    /** At the end of a transaction, when the memory contexts of all stores are gone. */
    static void reset_memory_use();

private:
    struct Block;

    Block *make_room(Size size);
    std::uint64_t write(MinimalTuple image);

    MemoryContext memory_;
    Block *last_ = nullptr; // of a stack: images are dropped in the reverse order
    BufFile *file_ = nullptr;
    std::uint64_t file_end_ = 0; // where the next image goes, as BufFileTell counts (file number, offset)
    MinimalTuple buffer_ = nullptr;
    Size buffer_size_ = 0;
};

} // namespace pgtv::capture
