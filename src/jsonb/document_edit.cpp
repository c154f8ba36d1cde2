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

/** What takes the place of `removed` entries, none or one, in the last of the containers on the way. */
struct Change {
    const int *places; // [depth] the entry to go to in each container
    int depth;
    int removed;
    const Element *added; // nullptr: nothing
};

/** Writes a document with a change. */
class Rewriting {
public:
    explicit Rewriting(const Change &change) : change_(change) {}
    Jsonb *rewrite(Jsonb *document);

private:
    void put_container(const JsonbContainer *from, int depth);
    int begin_container(const JsonbContainer *from, int place, int difference);
    JEntry put_new(const JsonbContainer *from, int entry, uint32 offset, int depth);
    void put(const Element &element);
    void end_entry(int start, int entry, int before, JEntry kind);
    void align();

    Change change_;
    StringInfoData out_{};
};

Jsonb *Rewriting::rewrite(Jsonb *document) {
    initStringInfo(&out_);
    enlargeStringInfo(&out_,
                      static_cast<int>(VARSIZE(document)) + (change_.added != nullptr ? change_.added->length : 0));
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

/** The header, and all that stands before `place`; `difference`: in the number of entries. Returns where it begins. */
int Rewriting::begin_container(const JsonbContainer *from, int place, int difference) {
    align();
    const int start = out_.len;
    const uint32 header = from->header + static_cast<uint32>(difference); // the number is in the lowest bits
    const int count = count_entries(from) + difference;
    const int kept = std::min(place, count);
    appendBinaryStringInfo(&out_, reinterpret_cast<const char *>(&header), sizeof(header));
    appendBinaryStringInfo(&out_, reinterpret_cast<const char *>(from->children),
                           kept * static_cast<int>(sizeof(JEntry)));
    const JEntry none = 0;
    for (int i = kept; i < count; i++)
        appendBinaryStringInfo(&out_, reinterpret_cast<const char *>(&none), sizeof(none));
    appendBinaryStringInfo(&out_, bytes_of(from), static_cast<int>(getJsonbOffset(from, place)));
    return start;
}

/** Of the entry that is written since `before`. */
void Rewriting::end_entry(int start, int entry, int before, JEntry kind) {
    auto *container = reinterpret_cast<JsonbContainer *>(out_.data + start);
    const auto total = static_cast<int>(out_.data + out_.len - bytes_of(container));
    if (total > static_cast<int>(JENTRY_OFFLENMASK))
        elog(ERROR, "a jsonb container exceeds %d bytes", static_cast<int>(JENTRY_OFFLENMASK));
    const bool absolute = entry % JB_OFFSET_STRIDE == 0;
    const auto length = static_cast<JEntry>(absolute ? total : out_.len - before);
    container->children[entry] = kind | length | (absolute ? JENTRY_HAS_OFF : 0);
}

/** What stands at the place that the change goes to. */
JEntry Rewriting::put_new(const JsonbContainer *from, int entry, uint32 offset, int depth) {
    if (depth + 1 == change_.depth) {
        put(*change_.added);
        return change_.added->kind;
    }
    put_container(reinterpret_cast<const JsonbContainer *>(element_at(from, entry, offset).bytes), depth + 1);
    return JENTRY_ISCONTAINER;
}

void Rewriting::put_container(const JsonbContainer *from, int depth) {
    const bool last = depth + 1 == change_.depth;
    const int removed = last ? change_.removed : 1;
    const int added = last && change_.added == nullptr ? 0 : 1;
    const int place = change_.places[depth];
    const int count = count_entries(from);
    uint32 offset = getJsonbOffset(from, place);
    const int start = begin_container(from, place, added - removed);
    int entry = place;
    if (added > 0) {
        const int before = out_.len;
        const JEntry kind = put_new(from, place, offset, depth);
        end_entry(start, entry++, before, kind);
    }
    if (removed > 0)
        JBE_ADVANCE_OFFSET(offset, from->children[place]);
    for (int i = place + removed; i < count; i++) {
        const int before = out_.len;
        const Element old = element_at(from, i, offset);
        put(old);
        end_entry(start, entry++, before, old.kind);
        JBE_ADVANCE_OFFSET(offset, from->children[i]);
    }
}

/** The container to which `path` leads, and the entries on the way; nullptr: it leads to none. `entry` is the last one. */
const JsonbContainer *follow(Jsonb *document, const List *path, int *places, Element *entry) {
    const JsonbContainer *container = &document->root;
    *entry = {JENTRY_ISCONTAINER, reinterpret_cast<const char *>(container), 0};
    for (int i = 0; i < list_length(path); i++) {
        places[i] = find_entry(container, static_cast<const Step *>(list_nth(path, i)));
        if (places[i] < 0)
            return nullptr;
        *entry = element_at(container, places[i]);
        if (i + 1 == list_length(path))
            break;
        if (entry->kind != JENTRY_ISCONTAINER)
            return nullptr;
        container = reinterpret_cast<const JsonbContainer *>(entry->bytes);
    }
    return container;
}

int *places_for(const List *path) {
    return static_cast<int *>(palloc(sizeof(int) * static_cast<Size>(list_length(path) + 1)));
}

/** The number that the element has under `key`. False: none. */
bool number_of(const JsonbContainer *array, int place, const Step *key, int64 *number) {
    const Element element = element_at(array, place);
    if (element.kind != JENTRY_ISCONTAINER)
        return false;
    const auto *object = reinterpret_cast<const JsonbContainer *>(element.bytes);
    const int entry = find_entry(object, key);
    const Element value = entry >= 0 ? element_at(object, entry) : Element{};
    if (entry < 0 || value.kind != JENTRY_ISNUMERIC)
        return false;
    *number = DatumGetInt64(DirectFunctionCall1(numeric_int8, PointerGetDatum(value.bytes)));
    return true;
}

} // namespace

Element only_element(Jsonb *array) {
    return element_at(&array->root, 0);
}

Jsonb *replace(Jsonb *document, const List *path, const Element &value) {
    int *places = places_for(path);
    Element old = {};
    if (follow(document, path, places, &old) == nullptr)
        return nullptr;
    return same(old, value) ? document : Rewriting({places, list_length(path), 1, &value}).rewrite(document);
}

const JsonbContainer *find_array(Jsonb *document, const List *path) {
    Element found = {};
    if (follow(document, path, places_for(path), &found) == nullptr || found.kind != JENTRY_ISCONTAINER)
        return nullptr;
    const auto *container = reinterpret_cast<const JsonbContainer *>(found.bytes);
    return JsonContainerIsArray(container) && !JsonContainerIsScalar(container) ? container : nullptr;
}

bool find_numbered(const JsonbContainer *array, const Step *key, int64 number, bool ascending, Position *position) {
    const auto count = static_cast<int>(JsonContainerSize(array));
    int low = 0;
    int high = count;
    // New elements mostly come last.
    for (int middle = count - 1; low < high; middle = (low + high) / 2) {
        int64 there = 0;
        if (!number_of(array, middle, key, &there))
            return false;
        if (there == number) {
            *position = {middle, true};
            return true;
        }
        if ((there < number) == ascending)
            low = middle + 1;
        else
            high = middle;
    }
    *position = {low, false};
    return true;
}

Jsonb *put_element(Jsonb *document, const List *path, const Position &position, const Element *value) {
    int *places = places_for(path);
    Element array = {};
    if (!position.found && value == nullptr)
        return document;
    if (follow(document, path, places, &array) == nullptr)
        return nullptr;
    const auto *container = reinterpret_cast<const JsonbContainer *>(array.bytes);
    if (position.found && value != nullptr && same(element_at(container, position.place), *value))
        return document;
    const int depth = list_length(path);
    places[depth] = position.place;
    return Rewriting({places, depth + 1, position.found ? 1 : 0, value}).rewrite(document);
}

} // namespace pgtv::jsonb
