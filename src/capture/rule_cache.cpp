// The rules of this backend's TVIEWs. Lifetime: backend; an invalidated rule is kept until the end of the transaction,
// because a flush or a capture further up the stack may be using it.

#include "pg/postgres.hpp"
#include "capture/rule_cache.hpp"

#include "capture/backend_cache.hpp"
#include "capture/type_hashes.hpp"
#include "pg/bridge.hpp"
#include "pg/identity.hpp"

namespace pgtv::capture {
namespace {

/** A saved plan that belongs to a rule. */
struct KeptPlan {
    const char *name;
    SPIPlanPtr plan;
    KeptPlan *next;
};

struct Entry {
    CachedTView cached;
    MemoryContext memory; // of the rule, this entry and its KeptPlans
    TypeHashes types;
    bool valid;
    KeptPlan *plans;
    void *attachments[rule_attachments];
    uint64 planned_blocks; // size of what the rule reads when the plans were made
    int uses;              // flushes since that was last looked at
    Entry *next_retired;

    [[nodiscard]] bool depends_on(Oid relid) const {
        return cached.tview == relid || list_member_oid(cached.rule->relations, relid);
    }
};

// Asking the operating system for the size of every source costs more than changing a row: what one of many small
// changes adds, is seen soon enough.
constexpr int uses_between_looks = 32;
constexpr int64 many_images = 100;

constinit BackendCache<Entry> entries("pg_tviews rules");

void type_changed(Datum, int, uint32 hash) {
    pg::boundary(
        [=] { entries.invalidate([=](const Entry *entry) { return hash == 0 || entry->types.contain(hash); }); });
}

const char *relation_name(Oid relid, MemoryContext memory) {
    const char *schema = get_namespace_name(get_rel_namespace(relid));
    return MemoryContextStrdup(memory, psprintf("%s.%s", schema, get_rel_name(relid)));
}

List *upstream_tviews(Oid tview, MemoryContext memory) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, catalog::sources_of(tview)) {
        if (catalog::find_tview(lfirst_oid(cell)) != nullptr)
            result = lappend_oid(result, lfirst_oid(cell));
    }
    const MemoryContext previous = MemoryContextSwitchTo(memory);
    result = list_copy(result);
    MemoryContextSwitchTo(previous);
    return result;
}

Entry *build_entry(const catalog::TView *row) {
    const Oid tview = row->relid;
    const Oid owner = pg::relation_owner(tview);
    const MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "rule building", ALLOCSET_DEFAULT_SIZES);
    // A child of the caller's context until it is complete: an error leaves nothing behind.
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "pg_tviews rule", ALLOCSET_SMALL_SIZES);
    const uint64 before = entries.invalidations(); // one may arrive while the entry is being built
    const MemoryContext previous = MemoryContextSwitchTo(scratch);
    const plan::Rule *rule = build_rule(row, memory);
    const TypeHashes types = type_hashes(rule->relations, memory);
    auto *entry = static_cast<Entry *>(MemoryContextAllocZero(memory, sizeof(Entry)));
    entry->cached = CachedTView{
        .tview = tview,
        .owner = owner,
        .name = relation_name(tview, memory),
        .refresh = row->refresh,
        .populated = row->populated,
        .rule = rule,
        .upstream = upstream_tviews(tview, memory),
        .companion = catalog::find_companion(tview).table,
        .settled_in = 0,
    };
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(scratch);
    entry->types = types;
    entry->memory = memory;
    entry->valid = entries.invalidations() == before;
    MemoryContextSetParent(memory, CacheMemoryContext);
    return entry;
}

void free_plans(Entry *entry) {
    for (KeptPlan *kept = entry->plans; kept != nullptr; kept = kept->next) {
        if (kept->plan != nullptr)
            (void)SPI_freeplan(kept->plan);
        kept->plan = nullptr;
    }
}

void free_entry(Entry *entry) {
    free_plans(entry);
    MemoryContextDelete(entry->memory);
}

/** nullptr if `tview` is none and need not be one. */
Entry *look_up(Oid tview, bool missing_ok) {
    if (Entry *entry = entries.find_valid(tview))
        return entry;
    LockRelationOid(tview, AccessShareLock); // nobody drops it while its rule is built
    const catalog::TView *row = missing_ok ? catalog::find_tview(tview) : catalog::get_tview(tview);
    Entry *entry = row != nullptr ? build_entry(row) : nullptr;
    entries.put(tview, entry);
    return entry;
}

/** The rule in use may be retired already: its plans still belong to it. */
Entry *entry_of(const plan::Rule *rule) {
    Entry *entry = entries.find(rule->tview);
    if (entry == nullptr || entry->cached.rule != rule)
        entry = entries.find_retired([=](const Entry *other) { return other->cached.rule == rule; });
    if (entry == nullptr)
        elog(ERROR, "the rule of tview %u is not cached", rule->tview);
    return entry;
}

/** Blocks of the tables which the rule's plans scan. A partitioned table has none: its statistics come by ANALYZE. */
uint64 blocks_read(const plan::Rule *rule) {
    uint64 blocks = 0;
    ListCell *cell;
    foreach (cell, rule->sources) {
        const Oid source = static_cast<plan::SourceRule *>(lfirst(cell))->source;
        Relation relation = try_relation_open(source, AccessShareLock);
        if (relation == nullptr)
            continue;
        if (RELKIND_HAS_TABLE_AM(relation->rd_rel->relkind))
            blocks += RelationGetNumberOfBlocks(relation);
        relation_close(relation, AccessShareLock);
    }
    return blocks;
}

} // namespace

const CachedTView *get_tview(Oid tview) {
    return &look_up(tview, false)->cached;
}

const CachedTView *find_tview(Oid tview) {
    const Entry *entry = look_up(tview, true);
    return entry != nullptr ? &entry->cached : nullptr;
}

plan::Rule *build_rule(const catalog::TView *row, MemoryContext memory) {
    const pg::RunAs identity(pg::relation_owner(row->relid));
    const catalog::Companion companion = catalog::find_companion(row->relid);
    const Oid view = OidIsValid(companion.table) ? companion.view : row->view;
    return plan::build_rule(view, row->view, row->relid, row->key, memory);
}

const plan::Rule *get_rule(Oid tview) {
    return get_tview(tview)->rule;
}

SPIPlanPtr *plan_slot(const plan::Rule *rule, const char *name) {
    Entry *entry = entry_of(rule);
    for (KeptPlan *kept = entry->plans; kept != nullptr; kept = kept->next) {
        if (strcmp(kept->name, name) == 0)
            return &kept->plan;
    }
    if (entry->plans == nullptr) {
        entry->planned_blocks = blocks_read(rule);
        entry->uses = 0;
    }
    auto *kept = static_cast<KeptPlan *>(MemoryContextAllocZero(entry->memory, sizeof(KeptPlan)));
    kept->name = MemoryContextStrdup(entry->memory, name);
    kept->next = entry->plans;
    entry->plans = kept;
    return &kept->plan;
}

void **rule_attachment(const plan::Rule *rule, RuleAttachment kind) {
    return &entry_of(rule)->attachments[static_cast<int>(kind)];
}

void forget_outgrown_plans(const plan::Rule *rule, int64 images) {
    Entry *entry = entry_of(rule);
    if (entry->plans == nullptr || (images < many_images && ++entry->uses < uses_between_looks))
        return;
    entry->uses = 0;
    if (blocks_read(rule) > entry->planned_blocks * 2 + 16)
        free_plans(entry);
}

void initialize_rule_cache() {
    entries.watch({PROCOID, OPEROID, NAMESPACEOID, AUTHOID, AUTHMEMROLEMEM});
    CacheRegisterSyscacheCallback(TYPEOID, type_changed, Datum(0));
}

void release_retired_rules() {
    entries.release(free_entry);
}

} // namespace pgtv::capture
