// Changes one place of a jsonb document and takes the rest over byte by byte, so that the result is what building the
// whole document again would yield: jsonb has one form for one content. Lifetime: the memory context current when called.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::jsonb {

/** One step down into a document: to the value of a key, or to an element of an array. */
struct Step {
    const char *key; // nullptr: an element
    int length;      // of the key, in bytes
    int place;       // of the element, from 0
};

/** A value as a document holds it; containers and numbers begin at their aligned place. */
struct Element {
    JEntry kind; // nothing but the type
    const char *bytes;
    int length;
};

/** The element of an array of one. It points into the array. */
Element only_element(Jsonb *array);

/**
 * The document with `value` at the end of `path` (of Step *): itself if it has that value there, nullptr if it has
 * nothing there.
 */
Jsonb *replace(Jsonb *document, const List *path, const Element &value);

} // namespace pgtv::jsonb
