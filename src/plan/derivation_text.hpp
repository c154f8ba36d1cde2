// From derivation queries to SQL text that PostgreSQL parses, plans and caches.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

struct DerivationText {
    const char *sql; // as it is executed
    List *queries;   // of Query *: those that are in the text, duplicates left out
    List *reads_old; // of Oid: sources whose tv_old_<oid> the text reads
};

/** Images a text needs: for each source oid the attribute numbers. */
struct ImageColumns {
    List *sources; // of Oid
    List *columns; // of Bitmapset *, parallel
};

/**
 * Deparses `queries` (list of Query *) into one SELECT. Relations in `changed` (list of Oid) are read as they are now
 * plus their old images. Adds the columns it needs of images to *needs.
 */
DerivationText derivation_text(List *queries, List *changed, ImageColumns *needs);

/**
 * Parses the text again, with stand-ins for the changed rows, and compares the operators and functions it resolves
 * to with those of text.queries. nullptr if they are the same, else a description of the difference.
 */
const char *verify_text(const DerivationText &text, const ImageColumns *needs);

/** Can one of the queries raise an error that depends on values, other than by comparing them? */
bool may_raise(List *queries);

/** Adds `columns` to what is needed of the images of `source`. */
void need(ImageColumns *needs, Oid source, Bitmapset *columns);

/** Adds all of `more`. */
void need_all(ImageColumns *needs, const ImageColumns *more);

/** The columns needed of the images of `source`. */
Bitmapset *columns_needed(const ImageColumns *needs, Oid source);

/** The members in ascending order, as int list. */
List *listed(const Bitmapset *columns);

} // namespace pgtv::plan
