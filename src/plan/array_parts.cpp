// The source must be the nullable side of an outer join, tied to the rest by K alone, and read nowhere else but in the
// arrays; the rest must be one row for each stored one, or its rows would repeat the elements. Pure function of the catalogs.

#include "pg/postgres.hpp"
#include "plan/array_parts.hpp"

#include "pg/nodes.hpp"
#include "plan/changed_leaf.hpp"
#include "plan/copied_columns.hpp"
#include "plan/document_parts.hpp"
#include "plan/known.hpp"
#include "plan/leaf_columns.hpp"
#include "plan/lookup_index.hpp"
#include "plan/never_null.hpp"
#include "plan/occurrence.hpp"
#include "plan/partner_path.hpp"
#include "plan/provenance.hpp"
#include "plan/rule.hpp"

namespace pgtv::plan {
namespace {

Node *as_node(const void *expression) {
    return static_cast<Node *>(const_cast<void *>(expression));
}

Bitmapset *read_by_conditions(Node *tree, const JoinExpr *except, int leaf) {
    if (IsA(tree, JoinExpr)) {
        const auto *join = castNode(JoinExpr, tree);
        Bitmapset *own = join == except ? nullptr : columns_read(join->quals, leaf);
        return bms_join(
            own, bms_join(read_by_conditions(join->larg, except, leaf), read_by_conditions(join->rarg, except, leaf)));
    }
    if (!IsA(tree, FromExpr))
        return nullptr;
    Bitmapset *columns = columns_read(castNode(FromExpr, tree)->quals, leaf);
    ListCell *cell;
    foreach (cell, castNode(FromExpr, tree)->fromlist)
        columns = bms_join(columns, read_by_conditions(static_cast<Node *>(lfirst(cell)), except, leaf));
    return columns;
}

bool is_decided(const void *expression, int leaf) {
    return !columns_in(as_node(expression), leaf).others && !contain_subplans(as_node(expression)) &&
           !contain_aggs_of_level(as_node(expression), 0);
}

bool is_number(Oid type) {
    return type == INT2OID || type == INT4OID || type == INT8OID;
}

bool is_empty_array(const Node *node) {
    if (!IsA(node, Const))
        return false;
    const auto *constant = reinterpret_cast<const Const *>(node);
    if (constant->consttype != JSONBOID || constant->constisnull)
        return false;
    const Jsonb *document = DatumGetJsonbP(constant->constvalue);
    return JB_ROOT_IS_ARRAY(document) && !JB_ROOT_IS_SCALAR(document) && JB_ROOT_COUNT(document) == 0;
}

/** Is it false, or NULL, where no row of the leaf takes part? */
bool wants_row(Node *filter, int leaf) {
    ListCell *cell;
    foreach (cell, conjuncts(filter)) {
        const auto *test = static_cast<const NullTest *>(lfirst(cell));
        if (!IsA(test, NullTest) || test->nulltesttype != IS_NOT_NULL || test->argisrow || !IsA(test->arg, Var))
            continue;
        const auto *var = reinterpret_cast<const Var *>(test->arg);
        if (static_cast<int>(var->varno) == leaf && var->varlevelsup == 0 && var->varattno > 0)
            return true;
    }
    return false;
}

/** A unique index on this column alone, which is never NULL; InvalidOid: none. */
Oid index_on(Oid relid, AttrNumber column) {
    const Relation table = relation_open(relid, AccessShareLock);
    Oid result = InvalidOid;
    ListCell *cell;
    foreach (cell, RelationGetIndexList(table)) {
        const Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (serves_lookups(index, true) && index->rd_index->indnkeyatts == 1 &&
            index->rd_index->indkey.values[0] == column)
            result = RelationGetRelid(index);
        index_close(index, AccessShareLock);
    }
    relation_close(table, AccessShareLock);
    return is_not_null(relid, column) ? result : InvalidOid;
}

class ArrayFinder {
public:
    ArrayFinder(Query *query, const Rule *rule, const SourceRule *source, int leaf)
        : query_(query), rule_(rule), source_(source), leaf_(leaf), found_{} {}
    bool find();
    [[nodiscard]] const ArrayRule &found() const {
        return found_;
    }

private:
    [[nodiscard]] bool keys_are_identities() const;
    bool find_conditions();
    [[nodiscard]] bool others_are_single() const;
    bool take_output(const TargetEntry *entry);
    bool take_value(const TargetEntry *entry, const DocumentPart *part);
    bool take_array(const Aggref *aggregate, ArrayPart *array);
    bool take_order(const Aggref *aggregate, ArrayPart *array);

    Query *query_;
    const Rule *rule_;
    const SourceRule *source_;
    int leaf_;
    ArrayRule found_;
};

bool ArrayFinder::find() {
    if (!keys_are_identities() || !find_conditions() || !others_are_single())
        return false;
    ListCell *cell;
    foreach (cell, query_->targetList)
        if (!take_output(lfirst_node(TargetEntry, cell)))
            return false;
    if (found_.parts == NIL)
        return false;
    found_.index = index_on(source_->source, found_.number);
    return OidIsValid(found_.index);
}

/** Then the changed rows' own values tell which stored rows they belong to. */
bool ArrayFinder::keys_are_identities() const {
    return std::all_of(rule_->keys, rule_->keys + rule_->key_count,
                       [](const KeyColumn &key) { return equality_is_identity(key.type, key.collation); });
}

bool ArrayFinder::find_conditions() {
    const ChangedLeaf site = changed_leaf(rule_, query_, source_, leaf_);
    const JoinExpr *join = site.optional_join();
    const RangeTblEntry *entry = rt_fetch(leaf_, query_->rtable);
    if (join == nullptr || entry->relkind != RELKIND_RELATION || has_subclass(entry->relid) ||
        !site.take_optional(join, &found_.conditions) || columns_read_beside(query_, leaf_) != nullptr ||
        read_by_conditions(reinterpret_cast<Node *>(query_->jointree), join, leaf_) != nullptr)
        return false;
    return is_decided(found_.conditions, leaf_);
}

bool ArrayFinder::others_are_single() const {
    const Relids leaves = leaves_in_from(query_);
    for (int other = -1; (other = bms_next_member(leaves, other)) >= 0;)
        if (other != leaf_ && find_partner_path(query_, rule_->tview, other) == nullptr)
            return false;
    return true;
}

bool ArrayFinder::take_output(const TargetEntry *entry) {
    List *parts = entry->resjunk ? NIL : document_parts(entry->expr);
    if (parts == NIL)
        parts = list_make1(pg::make(DocumentPart{NIL, entry->expr}));
    ListCell *cell;
    foreach (cell, parts)
        if (!take_value(entry, static_cast<DocumentPart *>(lfirst(cell))))
            return false;
    return true;
}

/** Whatever is no array must not depend on the source's rows, nor on how many there are. */
bool ArrayFinder::take_value(const TargetEntry *entry, const DocumentPart *part) {
    Node *value = reinterpret_cast<Node *>(part->value);
    if (columns_read(value, leaf_) == nullptr && !contain_aggs_of_level(value, 0))
        return true;
    ArrayPart array = {};
    array.output = entry->resjunk ? InvalidAttrNumber : output_number(rule_->tview, entry);
    array.path = part->path;
    if (IsA(value, CoalesceExpr) && list_length(castNode(CoalesceExpr, value)->args) == 2 &&
        is_empty_array(static_cast<Node *>(lsecond(castNode(CoalesceExpr, value)->args)))) {
        array.may_be_empty = true;
        value = static_cast<Node *>(linitial(castNode(CoalesceExpr, value)->args));
    }
    if (array.output <= 0 || !IsA(value, Aggref) || !take_array(castNode(Aggref, value), &array))
        return false;
    found_.parts = lappend(found_.parts, pg::make(array));
    return true;
}

bool ArrayFinder::take_array(const Aggref *aggregate, ArrayPart *array) {
    if (aggregate->aggfnoid != F_JSONB_AGG || aggregate->aggdistinct != NIL || aggregate->agglevelsup != 0 ||
        aggregate->aggfilter == nullptr || !wants_row(reinterpret_cast<Node *>(aggregate->aggfilter), leaf_) ||
        !is_decided(aggregate->aggfilter, leaf_))
        return false;
    Expr *element = linitial_node(TargetEntry, aggregate->args)->expr;
    if (!is_decided(element, leaf_) || !take_order(aggregate, array))
        return false;
    array->element = as_array(element);
    array->filter = aggregate->aggfilter;
    ListCell *cell;
    foreach (cell, document_parts(element)) {
        const auto *part = static_cast<DocumentPart *>(lfirst(cell));
        const auto *var = reinterpret_cast<const Var *>(part->value);
        if (list_length(part->path) != 1 || !IsA(var, Var) || var->varattno != found_.number)
            continue;
        array->key = *static_cast<jsonb::Step *>(linitial(part->path));
        return array->key.key != nullptr;
    }
    return false;
}

bool ArrayFinder::take_order(const Aggref *aggregate, ArrayPart *array) {
    if (list_length(aggregate->aggorder) != 1)
        return false;
    auto *order = linitial_node(SortGroupClause, aggregate->aggorder);
    const auto *var = reinterpret_cast<const Var *>(get_sortgroupclause_expr(order, aggregate->args));
    if (!IsA(var, Var) || static_cast<int>(var->varno) != leaf_ || var->varlevelsup != 0 || var->varattno <= 0 ||
        !is_number(var->vartype) || (found_.number != 0 && found_.number != var->varattno))
        return false;
    found_.number = var->varattno;
    found_.type = var->vartype;
    const TypeCacheEntry *type = lookup_type_cache(var->vartype, TYPECACHE_LT_OPR | TYPECACHE_GT_OPR);
    array->ascending = order->sortop == type->lt_opr;
    return array->ascending || order->sortop == type->gt_opr;
}

} // namespace

ArrayRule *find_array_rule(Query *query, const Rule *rule, const SourceRule *source) {
    const bool fits = only_joins_and_groups(query) && query->groupClause != NIL && query->havingQual == nullptr &&
                      !source->whole_row && source->direct_count > 0;
    const int leaf = fits ? only_leaf(query, source->source) : 0;
    if (leaf == 0)
        return nullptr;
    ArrayFinder finder(query, rule, source, leaf);
    return finder.find() ? pg::make(finder.found()) : nullptr;
}

ArrayRule *copy_array_rule(const ArrayRule *rule) {
    if (rule == nullptr)
        return nullptr;
    ArrayRule *copy = pg::make(*rule);
    copy->conditions = pg::copy_node(rule->conditions);
    copy->parts = NIL;
    ListCell *cell;
    foreach (cell, rule->parts) {
        ArrayPart *part = pg::make(*static_cast<ArrayPart *>(lfirst(cell)));
        part->path = copy_path(part->path);
        part->element = pg::copy_node(part->element);
        part->filter = pg::copy_node(part->filter);
        part->key.key = pstrdup(part->key.key);
        copy->parts = lappend(copy->parts, part);
    }
    return copy;
}

} // namespace pgtv::plan
