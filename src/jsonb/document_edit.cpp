// Only the containers on the way to the place are written anew: in each, what stands before the place keeps its bytes, what
// stands behind it its contents, with the padding its new position asks for. Lifetime: see document_edit.hpp.

#include "pg/postgres.hpp"
#include "jsonb/document_edit.hpp"

namespace pgtv::jsonb {
namespace {

constexpr JEntry own_bits = JENTRY_TYPEMASK;

/** An object's keys, then its values; or an array's elements. */
int count_entries(const JsonbContainer *container) {
    return static_cast<int>(JsonContainerSize(container)) * (JsonContainerIsObject(container) ? 2 : 1);
}

const char *bytes_of(const JsonbContainer *container) {
    return reinterpret_cast<const char *>(container->children + count_entries(container));
}

bool is_aligned(JEntry kind) {
    return kind == JENTRY_ISNUMERIC || kind == JENTRY_ISCONTAINER;
}

/** Entry number `entry`, whose bytes and padding begin at `offset`. */
Element element_at(const JsonbContainer *container, int entry, uint32 offset) {
    const JEntry meta = container->children[entry];
    const JEntry kind = meta & own_bits;
    const uint32 end = JBE_HAS_OFF(meta) ? JBE_OFFLENFLD(meta) : offset + JBE_OFFLENFLD(meta);
    const uint32 start = is_aligned(kind) ? static_cast<uint32>(INTALIGN(offset)) : offset;
    return {kind, bytes_of(container) + start, static_cast<int>(end - start)};
}

Element element_at(const JsonbContainer *container, int entry) {
    return element_at(container, entry, getJsonbOffset(container, entry));
}

bool same(const Element &one, const Element &other) {
    return one.kind == other.kind && one.length == other.length &&
           memcmp(one.bytes, other.bytes, static_cast<Size>(one.length)) == 0;
}

/** Keys are in order of length first. */
int compare_key(const JsonbContainer *object, int entry, const Step *step) {
    const auto length = static_cast<int>(getJsonbLength(object, entry));
    if (length != step->length)
        return length - step->length;
    return memcmp(bytes_of(object) + getJsonbOffset(object, entry), step->key, static_cast<Size>(length));
}

/** -1: the container is of another kind, or has no such entry. */
int find_entry(const JsonbContainer *container, const Step *step) {
    const auto size = static_cast<int>(JsonContainerSize(container));
    if (step->key == nullptr) {
        const bool there = JsonContainerIsArray(container) && !JsonContainerIsScalar(container) && step->place < size;
        return there ? step->place : -1;
    }
    int low = 0;
    for (int high = JsonContainerIsObject(container) ? size : 0; low < high;) {
        const int middle = (low + high) / 2;
        const int order = compare_key(container, middle, step);
        if (order == 0)
            return size + middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/** Writes a document in which one entry is another. */
class Rewriting {
public:
    Rewriting(const int *places, int depth, const Element &value) : places_(places), depth_(depth), value_(value) {}
    Jsonb *rewrite(Jsonb *document);

private:
    void put_container(const JsonbContainer *from, int depth);
    void put_entry(const JsonbContainer *from, int entry, uint32 offset, int depth, JEntry *kind);
    void put(const Element &element);
    void align();
    [[nodiscard]] JEntry *entries_at(int start) {
        return reinterpret_cast<JsonbContainer *>(out_.data + start)->children;
    }

    const int *places_; // [depth_] the entry to go to in each container on the way
    int depth_;
    Element value_;
    StringInfoData out_{};
};

Jsonb *Rewriting::rewrite(Jsonb *document) {
    initStringInfo(&out_);
    enlargeStringInfo(&out_, static_cast<int>(VARSIZE(document)) + value_.length);
    out_.len = VARHDRSZ;
    put_container(&document->root, 0);
    SET_VARSIZE(out_.data, out_.len);
    return reinterpret_cast<Jsonb *>(out_.data);
}

void Rewriting::align() {
    while (out_.len % ALIGNOF_INT != 0)
        appendStringInfoCharMacro(&out_, '\0');
}

void Rewriting::put(const Element &element) {
    if (is_aligned(element.kind))
        align();
    appendBinaryStringInfo(&out_, element.bytes, element.length);
}

void Rewriting::put_entry(const JsonbContainer *from, int entry, uint32 offset, int depth, JEntry *kind) {
    const Element old = element_at(from, entry, offset);
    *kind = old.kind;
    if (entry != places_[depth]) {
        put(old);
        return;
    }
    if (depth + 1 < depth_) {
        put_container(reinterpret_cast<const JsonbContainer *>(old.bytes), depth + 1);
        return;
    }
    *kind = value_.kind;
    put(value_);
}

void Rewriting::put_container(const JsonbContainer *from, int depth) {
    align();
    const int start = out_.len;
    const int place = places_[depth];
    const int count = count_entries(from);
    uint32 offset = getJsonbOffset(from, place);
    const auto head = static_cast<int>(bytes_of(from) - reinterpret_cast<const char *>(from));
    appendBinaryStringInfo(&out_, reinterpret_cast<const char *>(from), head + static_cast<int>(offset));
    for (int i = place; i < count; i++) {
        const int before = out_.len;
        JEntry kind = 0;
        put_entry(from, i, offset, depth, &kind);
        JBE_ADVANCE_OFFSET(offset, from->children[i]);
        const bool absolute = i % JB_OFFSET_STRIDE == 0;
        const int written = out_.len - (absolute ? start + head : before);
        if (out_.len - start - head > static_cast<int>(JENTRY_OFFLENMASK))
            elog(ERROR, "a jsonb container exceeds %d bytes", static_cast<int>(JENTRY_OFFLENMASK));
        entries_at(start)[i] = kind | static_cast<JEntry>(written) | (absolute ? JENTRY_HAS_OFF : 0);
    }
}

} // namespace

Element only_element(Jsonb *array) {
    return element_at(&array->root, 0);
}

Jsonb *replace(Jsonb *document, const List *path, const Element &value) {
    const int depth = list_length(path);
    auto *places = static_cast<int *>(palloc(sizeof(int) * static_cast<Size>(depth)));
    const JsonbContainer *container = &document->root;
    Element old = {};
    for (int i = 0; i < depth; i++) {
        if (i > 0 && old.kind != JENTRY_ISCONTAINER)
            return nullptr;
        container = i > 0 ? reinterpret_cast<const JsonbContainer *>(old.bytes) : container;
        places[i] = find_entry(container, static_cast<const Step *>(list_nth(path, i)));
        if (places[i] < 0)
            return nullptr;
        old = element_at(container, places[i]);
    }
    return same(old, value) ? document : Rewriting(places, depth, value).rewrite(document);
}

} // namespace pgtv::jsonb
