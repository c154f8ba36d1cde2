// The saved queries of a rule: their text and their plans. Lifetime: the rule.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/row_diff.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** How the keys to look up reach a query. */
enum class Lookup {
    all,      // no keys
    declared, // the same, by the backing view
    single,   // one parameter for each column that is not NULL
    array,    // one array parameter: a single column that is not NULL
    relation, // the named relation tv_keys with the columns k1, k2, … of the columns that are not NULL
    many,     // the same, planned for many keys
    scan,     // the same, out of all rows
};

/** So few keys are looked up one after the other: a plan for an array is made for any number of them. */
constexpr int few_keys = 100;

/** Names one query of a rule. */
struct QueryKind {
    Side side;
    Lookup lookup;
    const Bitmapset *null_columns;
};

/** What the queries need to know of a column of K. */
struct KeyType {
    Oid type;       // the base type
    Oid array_type; // InvalidOid if there is none
    int16 length;
    bool by_value;
    char align;
    int position; // among the live columns of the TVIEW and of its view, from 0
};

struct SavedQuery {
    QueryKind kind;
    char *text;
    SPIPlanPtr *plan; // the rule's slot for it; *plan is nullptr until it is prepared
    bool compared;    // an array: which is cheaper for many keys, this or Lookup::many, has been found out
    bool dearer;      // then: the other
};

struct KeyIndex;
struct RowShape;
struct ColumnExpressions;
struct ComputedLookup;

struct RuleQueries {
    const plan::Rule *rule;
    MemoryContext memory;
    char *view; // qualified names: renaming a relation of the rule, or a schema, makes another rule
    char *declared;
    char *table;
    KeyType *keys;
    pg::SettingsNeed settings;             // what its queries depend on
    List *direct_states;                   // kept by direct_evaluation.cpp
    ColumnExpressions *column_expressions; // kept by column_expressions.cpp
    List *saved;                           // of SavedQuery *
    const RowShape *shape;                 // kept by apply_bracket.cpp, its descriptor not to be used
    const KeyIndex *index;                 // by which stored rows are looked up; nullptr: none, or not sought yet
    bool index_sought;
    int keys_worth_a_scan;        // from so many on all rows are computed and sifted; 0: not found out yet
    int lookups_worth_a_scan;     // the same where rows are looked up without a query
    List *copiers;                // of Copier *, see copied_update.cpp
    const ComputedLookup *lookup; // of computed rows; nullptr: by query, or not sought yet
    bool lookup_sought;
};

/** The queries of `rule`, made on first use and freed with rule->memory. */
RuleQueries *queries_of(const plan::Rule *rule);

/** The query of that kind, its text made if needed. */
SavedQuery *find_query(RuleQueries *queries, const QueryKind &kind);

/** Row type of tv_keys for these NULL columns. */
TupleDesc describe_keys(const RuleQueries *queries, const Bitmapset *null_columns);

/** The plan of `query`, prepared if need be. Inside SPI, tv_keys registered. */
SPIPlanPtr get_plan(const RuleQueries *queries, SavedQuery *query);

/**
 * What `make` returns, in memory of the rule if it is not nullptr. It is the rule's only once it is made: what fails again
 * and again must leave nothing there.
 */
template <typename Make>
auto *make_for_rule(const RuleQueries *queries, Make make) {
    const MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "pg_tviews prepared", ALLOCSET_SMALL_SIZES);
    const MemoryContext before = MemoryContextSwitchTo(memory);
    auto *made = make();
    MemoryContextSwitchTo(before);
    if (made != nullptr)
        MemoryContextSetParent(memory, queries->memory);
    else
        MemoryContextDelete(memory);
    return made;
}

} // namespace pgtv::maintenance
