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

/** The array at the end of `path`; nullptr: there is none. */
const JsonbContainer *find_array(Jsonb *document, const List *path);

/** Where an element stands, or belongs. */
struct Position {
    int place;
    bool found;
};

/**
 * By the number that the elements of `array`, all of them objects, have under a key, in ascending order or else in
 * descending. False: an element on the way is not like that.
 */
bool find_numbered(const JsonbContainer *array, const Step *key, int64 number, bool ascending, Position *position);

/**
 * The document with `value` at that position of the array at the end of `path`, which is there; nullptr: with nothing there.
 * Itself if that is so already.
 */
Jsonb *put_element(Jsonb *document, const List *path, const Position &position, const Element *value);

} // namespace pgtv::jsonb
