// Reading where a pointer may be stale, and storing into constant data. Lifetime: one call.

#include "pg/postgres.hpp"
#include "pg/memory_page.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace pgtv::pg {
namespace {

std::uintptr_t page_size() {
    return static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
}

std::uintptr_t page_of(const void *address) {
    return reinterpret_cast<std::uintptr_t>(address) & ~(page_size() - 1);
}

/** Asks the kernel, which answers EFAULT where we would crash: write(2) to a pipe reads the bytes. */
bool kernel_can_read(const char *from, std::size_t size) {
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    bool readable = fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0;
    char sink[1];
    for (std::size_t done = 0; readable && done < size; done += page_size())
        readable = write(ends[1], from + done, 1) == 1 && read(ends[0], sink, 1) == 1;
    if (readable && size > 0)
        readable = write(ends[1], from + size - 1, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return readable;
}

/** The protection of the page at `page` as PROT_… bits, -1 if unknown. */
int find_protection(std::uintptr_t page) {
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps == nullptr)
        return -1;
    int protection = -1;
    char line[4096];
    while (protection < 0 && fgets(line, sizeof(line), maps) != nullptr) {
        char *rest = nullptr;
        const std::uintptr_t first = std::strtoull(line, &rest, 16);
        if (*rest != '-')
            continue; // the tail of a long line
        const std::uintptr_t behind = std::strtoull(rest + 1, &rest, 16);
        if (page < first || page >= behind || *rest != ' ')
            continue;
        protection =
            (rest[1] == 'r' ? PROT_READ : 0) | (rest[2] == 'w' ? PROT_WRITE : 0) | (rest[3] == 'x' ? PROT_EXEC : 0);
    }
    fclose(maps);
    return protection;
}

bool protect(std::uintptr_t page, int protection) {
    return mprotect(reinterpret_cast<void *>(page), page_size(), protection) == 0; // NOLINT: an address, not a number
}

} // namespace

bool is_readable(const char *from, const char *to) {
    return page_of(from) == page_of(to) || kernel_can_read(from, static_cast<std::size_t>(to - from));
}

const char *store_protected(void *target, const void *value, std::size_t size) {
    // The object is at most two pages wide: both may have protections of their own.
    const std::uintptr_t pages[] = {page_of(target), page_of(static_cast<char *>(target) + size - 1)};
    const int before[] = {find_protection(pages[0]), find_protection(pages[1])};
    if (size > page_size() || before[0] < 0 || before[1] < 0)
        return "The protection of the page is not known.";
    const bool writable = protect(pages[0], before[0] | PROT_WRITE) && protect(pages[1], before[1] | PROT_WRITE);
    if (writable)
        memcpy(target, value, size);
    const bool restored = protect(pages[1], before[1]) && protect(pages[0], before[0]);
    if (!writable)
        return "The page cannot be made writable.";
    return restored ? nullptr : "The page cannot be made read-only again.";
}

} // namespace pgtv::pg
