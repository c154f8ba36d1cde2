// Keeps row images in memory or in a temporary file. A place is the address of an image in memory, or its position in
// the file shifted left by one with the lowest bit set. Lifetime: transaction.

#include "pg/postgres.hpp"
#include "capture/image_store.hpp"

namespace pgtv::capture {

/** Images one behind the other. */
struct ImageStore::Block {
    Block *previous;
    Size used; // with the header
    Size size;
};

namespace {

constexpr Size smallest_block = 1024;
constexpr Size largest_block = 256 * 1024;

Size memory_used = 0; // by the images of all stores

constexpr bool in_file(std::uint64_t place) {
    return (place & 1) != 0;
}

/** Positions are (segment, offset); a segment of a temporary file has 1 GB. */
constexpr std::uint64_t pack(int segment, off_t offset) {
    return std::uint64_t(segment) << 32 | std::uint64_t(offset);
}

void seek(BufFile *file, std::uint64_t position) {
    if (BufFileSeek(file, int(position >> 32), off_t(position & 0xffffffff), SEEK_SET) != 0)
        ereport(ERROR, (errcode_for_file_access(), errmsg("could not seek in the temporary file of a change set")));
}

} // namespace

std::uint64_t ImageStore::keep(MinimalTuple image) {
    const Size size = MAXALIGN(image->t_len);
    if (memory_used + size > Size(work_mem) * 1024)
        return write(image) << 1 | 1;
    Block *block = make_room(size);
    char *place = reinterpret_cast<char *>(block) + block->used;
    memcpy(place, image, image->t_len);
    block->used += size;
    memory_used += size;
    return reinterpret_cast<std::uint64_t>(place);
}

/** The last block, with room for an image of `size`. */
ImageStore::Block *ImageStore::make_room(Size size) {
    if (last_ != nullptr && last_->used + size <= last_->size)
        return last_;
    const Size usual = last_ == nullptr ? smallest_block : std::min(last_->size * 2, largest_block);
    const Size wanted = std::max(usual, MAXALIGN(sizeof(Block)) + size);
    auto *block = static_cast<Block *>(MemoryContextAllocHuge(memory_, wanted));
    *block = Block{last_, MAXALIGN(sizeof(Block)), wanted};
    last_ = block;
    return block;
}

std::uint64_t ImageStore::write(MinimalTuple image) {
    if (file_ == nullptr) {
        // Owned by the transaction, not by the portal or subtransaction that happens to run.
        const ResourceOwner owner = CurrentResourceOwner;
        const MemoryContext previous = MemoryContextSwitchTo(memory_);
        CurrentResourceOwner = TopTransactionResourceOwner;
        PrepareTempTablespaces();
        file_ = BufFileCreateTemp(false);
        CurrentResourceOwner = owner;
        MemoryContextSwitchTo(previous);
    }
    seek(file_, file_end_);
    BufFileWrite(file_, image, image->t_len);
    const std::uint64_t position = file_end_;
    int segment;
    off_t offset;
    BufFileTell(file_, &segment, &offset);
    file_end_ = pack(segment, offset);
    return position;
}

MinimalTuple ImageStore::read(std::uint64_t place) {
    if (!in_file(place))
        return reinterpret_cast<MinimalTuple>(place);
    uint32 length;
    seek(file_, place >> 1);
    compat::read_exactly(file_, &length, sizeof(length));
    if (buffer_size_ < length) {
        if (buffer_ != nullptr)
            pfree(buffer_);
        buffer_ = nullptr;
        buffer_size_ = 0;
        buffer_ = static_cast<MinimalTuple>(MemoryContextAlloc(memory_, Size(length) * 2));
        buffer_size_ = Size(length) * 2;
    }
    buffer_->t_len = length;
    compat::read_exactly(file_, reinterpret_cast<char *>(buffer_) + sizeof(length), length - sizeof(length));
    return buffer_;
}

void ImageStore::drop(std::uint64_t place) {
    if (in_file(place)) {
        file_end_ = place >> 1;
        return;
    }
    const Size size = MAXALIGN(reinterpret_cast<MinimalTuple>(place)->t_len);
    memory_used -= size;
    last_->used -= size;
    if (last_->previous != nullptr && last_->used == MAXALIGN(sizeof(Block))) {
        Block *empty = last_;
        last_ = empty->previous;
        pfree(empty);
    }
}

void ImageStore::close() {
    if (file_ != nullptr)
        BufFileClose(file_);
    file_ = nullptr;
}

void ImageStore::reset_memory_use() {
    memory_used = 0;
}

} // namespace pgtv::capture
