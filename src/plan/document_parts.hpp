// A jsonb column that is put together by jsonb_build_object and jsonb_build_array, under keys that are constants: each
// value has its fixed place in it. Lifetime: the rule.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/** A value in the document, and the way to it. */
struct DocumentPart {
    List *path; // of jsonb::Step *
    Expr *value;
};

/** The values of which `expression` makes a document (of DocumentPart *), from left to right; NIL: it makes none so. */
List *document_parts(Expr *expression);

/** `value` in an array of its own: as it stands in the document, whatever its type. */
Expr *as_array(Expr *value);

List *copy_parts(const List *parts);

List *copy_path(const List *path);

} // namespace pgtv::plan
