// What a derivation may rely on: which columns of the relations of a query level are known of an affected row.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

/**
 * no: may differ from what the view shows; equal: equal under the type's default equality (another member may
 * represent the group); exact: the same image.
 */
enum class Known : std::uint8_t { no, equal, exact };

/** The columns of one leaf (range-table entry in FROM). known == nullptr: all columns are exact. */
struct LeafColumns {
    bool usable;
    int count;
    Known *known;
};

/** The leaves of a query level and of the levels around it. */
struct Scope {
    const Scope *parent;
    int leaf_count;
    LeafColumns *leaves; // [1 … leaf_count]
};

/** How well the value of `expression` is known; anything but plain deterministic expressions of Vars: no. */
Known known_of(Node *expression, const Scope *scope);

/** May `condition` be kept as a filter or a join clause of a derivation? */
bool usable_condition(Node *condition, const Scope *scope);

/** Does equality under the default operator class imply equal images (int4: yes; numeric, citext: no)? */
bool equality_is_identity(Oid type, Oid collation);

/** Is `operation` the equality by which values of `type` are merged? */
bool is_default_equality(Oid operation, Oid type);

/** `known` as it is above a node that merges rows by equality (GROUP BY, DISTINCT, UNION …). */
Known known_when_merged(Known known, Oid type, Oid collation);

} // namespace pgtv::plan
