// The rules of this backend's TVIEWs, built on first use and again after invalidation. Lifetime: backend; a rule
// that is invalidated stays readable until the end of the transaction.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/catalog.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::capture {

/** A TVIEW as the capture and the flush need it. */
struct CachedTView {
    Oid tview;
    Oid owner;
    const char *name; // schema.name, for messages
    catalog::RefreshMode refresh;
    bool populated;
    const plan::Rule *rule;
    List *upstream; // of Oid: the TVIEWs it reads
    Oid companion;  // the one of them that is kept for it alone; InvalidOid: none

    mutable uint64 settled_in; // the flush that has locked what the rule reads
};

/** The cached entry of `tview`; raises 42704 / 42809 if there is none. Valid until the end of the transaction. */
const CachedTView *get_tview(Oid tview);

/** The same; nullptr if there is none (any more). */
const CachedTView *find_tview(Oid tview);

/** Builds the rule of the TVIEW, by its companion if it has one, with the settings under which texts are parsed again. */
plan::Rule *build_rule(const catalog::TView *row, MemoryContext memory);

/** The rule of `tview`: get_tview(tview)->rule. */
const plan::Rule *get_rule(Oid tview);

/**
 * Where the saved SPI plan called `name` (compared by content) is kept; *slot is
 * nullptr until the caller stores a plan there after SPI_keepplan(). Freed with the rule.
 */
SPIPlanPtr *plan_slot(const plan::Rule *rule, const char *name);

/** What maintenance keeps with a rule. */
enum class RuleAttachment { queries, hashes };
constexpr int rule_attachments = 2;

/** Where that is kept: it lives in rule->memory and is valid as long as it; nullptr until it is set. */
void **rule_attachment(const plan::Rule *rule, RuleAttachment kind);

/**
 * Frees the saved plans of this rule if the relations it reads have grown much since they were made: a plan that is
 * right for a small table is wrong for a large one, and nothing but ANALYZE would invalidate it. To be called while
 * none of the plans runs, before each flush, with the number of images it carries.
 */
void forget_outgrown_plans(const plan::Rule *rule, int64 images);

/** Registers the invalidation callbacks. Called by capture::initialize(). */
void initialize_rule_cache();

/** Frees what was invalidated; called at the end of a transaction, when nobody uses a rule any more. */
void release_retired_rules();

} // namespace pgtv::capture
