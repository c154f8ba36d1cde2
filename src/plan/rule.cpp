// Copying rules and looking into them.

#include "pg/postgres.hpp"
#include "plan/rule.hpp"

#include "pg/nodes.hpp"
#include "plan/copied_columns.hpp"
#include "plan/array_parts.hpp"
#include "plan/delta.hpp"
#include "plan/direct_contribution.hpp"
#include "plan/document_parts.hpp"
#include "plan/exchange.hpp"
#include "plan/partner_path.hpp"
#include "plan/row_lookup.hpp"

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

template <typename Type>
Type *copy_array(const Type *array, int count) {
    if (array == nullptr)
        return nullptr;
    const Size size = sizeof(Type) * static_cast<Size>(count);
    return static_cast<Type *>(memcpy(palloc(Max(size, 1)), array, size));
}

LockEdge *copy_edge(const LockEdge *edge) {
    LockEdge *copy = static_cast<LockEdge *>(palloc(sizeof(LockEdge)));
    *copy = *edge;
    copy->columns = copy_array(edge->columns, edge->column_count);
    copy->hash_functions = copy_array(edge->hash_functions, edge->column_count);
    copy->collations = copy_array(edge->collations, edge->column_count);
    return copy;
}

EdgeReader *copy_reader(const EdgeReader *reader, const Rule *rule) {
    const int count = static_cast<LockEdge *>(list_nth(rule->edges, reader->edge))->column_count;
    EdgeReader *copy = static_cast<EdgeReader *>(palloc(sizeof(EdgeReader)));
    *copy = *reader;
    copy->hash_functions = copy_array(reader->hash_functions, count);
    copy->direct = copy_array(reader->direct, count);
    copy->walk_single = copy_text(reader->walk_single);
    copy->walk_reads = list_copy(reader->walk_reads);
    copy->walk_multi = copy_text(reader->walk_multi);
    return copy;
}

List *copy_readers(const SourceRule *source, const Rule *rule) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, source->readers)
        result = lappend(result, copy_reader(static_cast<EdgeReader *>(lfirst(cell)), rule));
    return result;
}

List *copy_copied(List *copied) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, copied) {
        CopiedColumn *copy = copy_array(static_cast<CopiedColumn *>(lfirst(cell)), 1);
        copy->expression = pg::copy_node(copy->expression);
        copy->parts = copy_parts(copy->parts);
        result = lappend(result, copy);
    }
    return result;
}

SourceRule *copy_source(const SourceRule *source, const Rule *rule) {
    SourceRule *copy = static_cast<SourceRule *>(palloc(sizeof(SourceRule)));
    *copy = *source;
    copy->watched = bms_copy(source->watched);
    copy->columns = list_copy(source->columns);
    copy->direct = copy_array(source->direct, source->direct_count);
    copy->copied = copy_copied(source->copied);
    copy->working = bms_copy(source->working);
    copy->partner = copy_partner_path(source->partner);
    copy->arrays = copy_array_rule(source->arrays);
    copy->readers = copy_readers(source, rule);
    copy->derive_single = copy_text(source->derive_single);
    copy->derive_multi = copy_text(source->derive_multi);
    copy->contribution = copy_text(source->contribution);
    copy->contribution_marked = copy_text(source->contribution_marked);
    copy->direct_contribution = copy_direct_contribution(source->direct_contribution, rule->delta);
    copy->exchange = copy_exchange(source->exchange);
    copy->derive_reads = list_copy(source->derive_reads);
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
    copy->delta = copy_delta(rule->delta);
    copy->lookup = copy_row_lookup(rule->lookup);
    copy->sources = NIL;
    copy->edges = NIL;
    copy->notices = NIL;
    ListCell *cell;
    foreach (cell, rule->edges)
        copy->edges = lappend(copy->edges, copy_edge(static_cast<LockEdge *>(lfirst(cell))));
    foreach (cell, rule->sources)
        copy->sources = lappend(copy->sources, copy_source(static_cast<SourceRule *>(lfirst(cell)), rule));
    foreach (cell, rule->notices)
        copy->notices = lappend(copy->notices, pstrdup(static_cast<char *>(lfirst(cell))));
    copy->relations = list_copy(rule->relations);
    MemoryContextSwitchTo(before);
    return copy;
}

bool same_locks(const Rule *a, const Rule *b) {
    if (a->key_count != b->key_count || list_length(a->edges) != list_length(b->edges) ||
        sharing_source(a) != sharing_source(b))
        return false;
    for (int i = 0; i < a->key_count; ++i)
        if (a->keys[i].attnum != b->keys[i].attnum || a->keys[i].equality != b->keys[i].equality ||
            a->keys[i].collation != b->keys[i].collation)
            return false;
    ListCell *cell_a;
    ListCell *cell_b;
    forboth(cell_a, a->edges, cell_b, b->edges) {
        if (!same_edge(static_cast<LockEdge *>(lfirst(cell_a)), static_cast<LockEdge *>(lfirst(cell_b))))
            return false;
    }
    return true;
}

bool same_edge(const LockEdge *a, const LockEdge *b) {
    if (a->source != b->source || a->column_count != b->column_count)
        return false;
    for (int i = 0; i < a->column_count; ++i)
        if (a->columns[i] != b->columns[i] || a->hash_functions[i] != b->hash_functions[i] ||
            a->collations[i] != b->collations[i])
            return false;
    return true;
}

AttrNumber output_number(Oid tview, const TargetEntry *entry) {
    return OidIsValid(tview) ? get_attnum(tview, entry->resname) : entry->resno;
}

List *maintained_sources(const Rule *rule) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, rule->sources)
        if (static_cast<SourceRule *>(lfirst(cell))->maintained)
            result = lappend_oid(result, static_cast<SourceRule *>(lfirst(cell))->source);
    return result;
}

const SourceRule *find_source(const Rule *rule, Oid source) {
    ListCell *cell;
    foreach (cell, rule->sources)
        if (static_cast<SourceRule *>(lfirst(cell))->source == source)
            return static_cast<SourceRule *>(lfirst(cell));
    return nullptr;
}

} // namespace pgtv::plan
