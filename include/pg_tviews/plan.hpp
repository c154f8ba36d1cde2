// Plan: from the backing view's query to a Rule, which says for each source how a change of it is carried into
// the TVIEW. Pure function of the catalogs; nothing is stored. Lifetime: the memory context given.
#pragma once

#include "pg/postgres.hpp"

namespace pgtv::plan {

enum class Strategy { delta, keyed, full };

struct ArrayRule;          // plan/array_parts.hpp
struct DeltaPlan;          // plan/delta.hpp
struct DirectContribution; // plan/direct_contribution.hpp
struct Exchange;           // plan/exchange.hpp
struct PartnerPath;        // plan/partner_path.hpp
struct RowLookup;          // plan/row_lookup.hpp

/** One column of K: the output columns by which the TVIEW is partitioned for recomputation. */
struct KeyColumn {
    AttrNumber attnum; // in the TVIEW table and in the backing view (same order of live columns)
    const char *name;
    Oid type;
    int32 typmod;
    Oid collation;
    Oid equality;    // the type's default btree equality operator
    bool maybe_null; // false only if proved
};

/**
 * A way in which derivations of a rule read a source: by equality with the values of some columns. Who derives through
 * it locks the values looked up (Share), who changes rows of the source locks the values in their old and new images
 * (RowExclusive); values with a NULL match nothing and are not locked. So what a derivation read cannot change until
 * its transaction ends.
 */
struct LockEdge {
    Oid source;
    int column_count;    // 0: no equality; one lock stands for all rows
    AttrNumber *columns; // [column_count] of the source
    Oid *hash_functions; // [column_count] standard (32 bit) hash functions for the columns' types
    Oid *collations;     // [column_count]
};

/**
 * How a changed row of a source finds the values that its derivations look up at an edge: in its own image, or by a
 * query over the rows on the way to the edge, which is to be run again when it yields a value not locked before.
 */
struct EdgeReader {
    int edge;                // position in rule->edges
    Oid *hash_functions;     // [column_count of the edge] for the types of the values, of the same operator families
    AttrNumber *direct;      // [column_count] columns of the image; nullptr: by query (or the edge has no columns)
    const char *walk_single; // yields the values, one column each; reads what derive_single reads
    List *walk_reads;        // int list: columns of the source that walk_single reads
    const char *walk_multi;  // the same, reads what derive_multi reads
};

/**
 * How changes of one source table reach the TVIEW. The derivation texts select the columns of K, in order and
 * with the exact types, from the changed rows. Names that stand for changed rows (named tuplestores or CTEs):
 *   tv_delta_<source oid>  old and new images of the changed rows of that source
 *   tv_old_<source oid>    only the old images
 * Their columns are the `columns` of the SourceRule, under their names in the source table.
 */
struct SourceRule {
    Oid source;
    Strategy strategy;
    Bitmapset *watched;              // plain attribute numbers of the source which the query reads at all
    bool whole_row;                  // the query reads the whole row: every column is watched
    bool maintained;                 // false: changes are not captured (materialized view, foreign table)
    List *columns;                   // of AttrNumber (int list): what the derivation needs of an image
    int direct_count;                // > 0: K is simply these columns of the image, no query needed
    AttrNumber *direct;              // [number of key columns]
    List *copied;                    // of CopiedColumn *: an update that leaves `working` as it was can be copied
    Bitmapset *working;              // plain attribute numbers of columns that do more; part of `columns`
    PartnerPath *partner;            // copied: from a stored row to the source's; nullptr: both have the key, ungrouped
    ArrayRule *arrays;               // rows of the source are nothing but elements of these arrays; nullptr: or more
    bool needs_old;                  // the single text reads tv_old_<source> too (self-join)
    const char *derive_single;       // only this source changed; partners are read as they are now
    List *derive_reads;              // int list: columns of the source that derive_single reads
    const char *derive_multi;        // several changed: partners are read as "now plus old images" of multi_reads
    List *multi_reads;               // of Oid: sources s whose tv_old_<s> derive_multi reads
    const char *contribution;        // delta: what the rows of tv_delta_<oid> add to each group, see plan/delta.hpp
    const char *contribution_marked; // the same for old and new images at once; nullptr: one after the other
    DirectContribution *direct_contribution; // the same read off a single row; nullptr: by query only
    Exchange *exchange; // delta: what updates exchange in groups; nullptr: each image is added up for itself
    bool keeps_groups;  // delta: its rows neither make nor empty groups (nullable side of an outer join)
    bool irrelevant;    // no row of the source can reach the output: nothing is derived
    bool may_raise;     // the texts call functions that can raise errors on rows which the query never sees
    List *readers;      // of EdgeReader *: what deriving from changed rows of this source looks up
    const char *reason; // why full (or which way was taken); never NULL for full
    const char *hint;   // what would avoid it / index advice; may be NULL
};

struct Rule {
    MemoryContext memory;
    Oid tview;     // InvalidOid for a query that is no TVIEW yet
    Oid declared;  // backing view
    Oid view;      // the same, or one that computes its rows from a companion
    int key_count; // 0: K is empty, everything is recomputed
    KeyColumn *keys;
    List *sources;     // of SourceRule *
    DeltaPlan *delta;  // nullptr: no source has the strategy delta
    List *edges;       // of LockEdge *
    List *relations;   // of Oid: every relation whose change invalidates this rule
    List *notices;     // of char *: plan-dependent output and the like, for the NOTICE at creation
    bool cheap_full;   // the query has no source at all (constants): never changes
    RowLookup *lookup; // how the row of a key is computed without the query; nullptr: it takes the query
};

/**
 * Builds the rule of `tview`. `key` (list of column names, NIL = choose) is the user's `key` option; a name that is no
 * output column raises 22023. Runs as the TVIEW's owner, search_path pinned by the caller through pg::RunAs.
 */
Rule *build_rule(Oid view, Oid declared, Oid tview, List *key, MemoryContext memory);
/** The same for a query that is no view yet (tview_explain_query). */
Rule *build_rule_for_query(Query *query, List *key, MemoryContext memory);

/** The SourceRule for `source`, or nullptr. */
const SourceRule *find_source(const Rule *rule, Oid source);

} // namespace pgtv::plan
