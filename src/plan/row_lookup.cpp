// What can be looked up without running a query: the row of a key, or the row that joins with a given one. Pure function
// of the catalogs; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/row_lookup.hpp"

#include "pg/nodes.hpp"
#include "plan/lookup_builder.hpp"
#include "plan/output_columns.hpp"

namespace pgtv::plan {
namespace {

/** The visible output columns. */
List *outputs_of(const Query *query) {
    List *result = NIL;
    const int count = visible_columns(query);
    for (int i = 0; i < count; ++i)
        result = lappend(result, list_nth_node(TargetEntry, query->targetList, i)->expr);
    return result;
}

/** False: not all can be rewritten. */
bool rewrite_all(List *expressions, const LookupLevel *level, JoinedColumns *columns, List **result) {
    ListCell *cell;
    foreach (cell, expressions) {
        const auto *expression = static_cast<Node *>(lfirst(cell));
        Expr *rewritten = expression == nullptr ? nullptr : columns->rewrite(expression, level);
        if (rewritten == nullptr && expression != nullptr)
            return false;
        *result = lappend(*result, rewritten);
    }
    return true;
}

bool add_keys(const Rule *rule, const int *positions, List *outputs, LookupBuilder *builder) {
    for (int i = 0; i < rule->key_count; ++i) {
        auto *column = static_cast<Node *>(list_nth(outputs, positions[i]));
        if (!IsA(column, Var))
            return false;
        builder->add_key(castNode(Var, column));
    }
    return true;
}

LookupKey *copy_keys(const LookupStep *step) {
    const Size size = sizeof(LookupKey) * static_cast<Size>(Max(step->key_count, 1));
    auto *keys = static_cast<LookupKey *>(palloc0(size));
    for (int i = 0; i < step->key_count; ++i) {
        keys[i] = step->keys[i];
        keys[i].value = pg::copy_node(step->keys[i].value);
    }
    return keys;
}

List *copy_steps(List *steps) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, steps) {
        LookupStep *copy = pg::make(*static_cast<LookupStep *>(lfirst(cell)));
        copy->keys = copy_keys(copy);
        copy->inner = copy_steps(copy->inner);
        copy->conditions = pg::copy_node(copy->conditions);
        copy->optional = bms_copy(copy->optional);
        result = lappend(result, copy);
    }
    return result;
}

} // namespace

RowLookup *find_row_lookup(const Rule *rule, const Query *query, const int *positions) {
    JoinedColumns columns;
    LookupBuilder builder(rule, &columns, 0);
    Group group;
    LookupLevel *level = make_level(query, nullptr, false);
    List *outputs = NIL;
    List *steps = NIL;
    Bitmapset *known = nullptr;
    if (rule->key_count == 0 || !only_joins(query) ||
        !builder.collect(reinterpret_cast<Node *>(query->jointree), level, &group, false) ||
        !rewrite_all(outputs_of(query), level, &columns, &outputs) || !add_keys(rule, positions, outputs, &builder) ||
        !builder.order(&group, &known, &steps, Wanted::of_key))
        return nullptr;
    return pg::make(RowLookup{columns.leaves(), columns.columns(), steps, outputs, builder.keys_left(), -1});
}

RowLookup *find_joined_row(const Rule *rule, const Query *query, int leaf, List *expressions) {
    JoinedColumns columns;
    LookupBuilder builder(rule, &columns, leaf);
    Group group;
    LookupLevel *level = make_level(query, nullptr, false);
    List *outputs = NIL;
    if (!builder.collect(reinterpret_cast<Node *>(query->jointree), level, &group, false) || builder.given_leaf() < 0 ||
        !rewrite_all(expressions, level, &columns, &outputs))
        return nullptr;
    List *steps = NIL;
    Bitmapset *known = bms_make_singleton(builder.given_leaf());
    if (!builder.order(&group, &known, &steps, Wanted::one))
        return nullptr;
    return pg::make(RowLookup{columns.leaves(), columns.columns(), steps, outputs, NIL, builder.given_leaf()});
}

RowLookup *copy_row_lookup(const RowLookup *lookup) {
    if (lookup == nullptr)
        return nullptr;
    RowLookup *copy = pg::make(*lookup);
    copy->leaves = list_copy(lookup->leaves);
    copy->columns = NIL;
    ListCell *cell;
    foreach (cell, lookup->columns)
        copy->columns = lappend(copy->columns, pg::make(*static_cast<JoinedColumn *>(lfirst(cell))));
    copy->steps = copy_steps(lookup->steps);
    copy->outputs = pg::copy_node(lookup->outputs);
    copy->rest = list_copy(lookup->rest);
    return copy;
}

} // namespace pgtv::plan
