// Copying rules and looking into them.

#include "pg/postgres.hpp"
#include "plan/rule.hpp"

namespace pgtv::plan {
namespace {

const char *copy_text(const char *text) {
    return text == nullptr ? nullptr : pstrdup(text);
}

KeyColumn *copy_keys(const Rule *rule) {
    const int count = Max(rule->key_count, 1);
    KeyColumn *keys = static_cast<KeyColumn *>(palloc0(sizeof(KeyColumn) * static_cast<Size>(count)));
    for (int i = 0; i < rule->key_count; ++i) {
        keys[i] = rule->keys[i];
        keys[i].name = copy_text(rule->keys[i].name);
    }
    return keys;
}

SourceRule *copy_source(const SourceRule *source) {
    SourceRule *copy = static_cast<SourceRule *>(palloc(sizeof(SourceRule)));
    *copy = *source;
    copy->watched = bms_copy(source->watched);
    copy->columns = list_copy(source->columns);
    if (source->direct_count > 0) {
        const Size size = sizeof(AttrNumber) * static_cast<Size>(source->direct_count);
        copy->direct = static_cast<AttrNumber *>(memcpy(palloc(size), source->direct, size));
    }
    copy->derive_single = copy_text(source->derive_single);
    copy->derive_multi = copy_text(source->derive_multi);
    copy->multi_reads = list_copy(source->multi_reads);
    copy->reason = copy_text(source->reason);
    copy->hint = copy_text(source->hint);
    return copy;
}

} // namespace

Rule *copy_rule(const Rule *rule, MemoryContext memory) {
    const MemoryContext own = AllocSetContextCreate(memory, "pg_tviews rule", ALLOCSET_SMALL_SIZES);
    const MemoryContext before = MemoryContextSwitchTo(own);
    Rule *copy = static_cast<Rule *>(palloc(sizeof(Rule)));
    *copy = *rule;
    copy->memory = own;
    copy->keys = copy_keys(rule);
    copy->sources = NIL;
    copy->notices = NIL;
    ListCell *cell;
    foreach (cell, rule->sources)
        copy->sources = lappend(copy->sources, copy_source(static_cast<SourceRule *>(lfirst(cell))));
    foreach (cell, rule->notices)
        copy->notices = lappend(copy->notices, pstrdup(static_cast<char *>(lfirst(cell))));
    copy->relations = list_copy(rule->relations);
    MemoryContextSwitchTo(before);
    return copy;
}

const SourceRule *find_source(const Rule *rule, Oid source) {
    ListCell *cell;
    foreach (cell, rule->sources)
        if (static_cast<SourceRule *>(lfirst(cell))->source == source)
            return static_cast<SourceRule *>(lfirst(cell));
    return nullptr;
}

} // namespace pgtv::plan
