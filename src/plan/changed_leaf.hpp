// What a changed row decides by itself of the conditions of a query. Lifetime: the planning of a rule.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::plan {

/** The columns of one leaf in an expression. */
struct ColumnsOfLeaf {
    int leaf;
    Bitmapset *columns = nullptr;
    bool others = false; // columns of other leaves, whole rows, system columns
};

ColumnsOfLeaf columns_in(Node *node, int leaf);

/** The source's leaf in the query, and the columns of it that are K. */
struct ChangedLeaf {
    const Rule *rule;
    const Query *query;
    const SourceRule *source;
    int leaf;
    const Bitmapset *key;

    /**
     * Sorts conditions: into *own if the changed row decides them; the others are the same for all rows of one key.
     * False: one depends on both sides by more than the key.
     */
    bool take_conditions(Node *quals, List **own) const;
    /** The same for the joins of a tree. */
    bool take_joins(Node *tree, List **own) const;
    /** The outer join on whose nullable side the leaf stands alone; nullptr: there is none. */
    [[nodiscard]] const JoinExpr *optional_join() const;
    /** The conditions of that join: that the other side is there does not tell that the changed row joins. */
    bool take_optional(const JoinExpr *join, List **own) const;

private:
    [[nodiscard]] bool is(const Node *tree) const {
        return IsA(tree, RangeTblRef) && reinterpret_cast<const RangeTblRef *>(tree)->rtindex == leaf;
    }
    [[nodiscard]] bool equates_key(Node *clause) const;
    [[nodiscard]] bool is_read_off(const char *output, AttrNumber attno) const;
    [[nodiscard]] bool is_optional_in(const JoinExpr *join) const {
        return (join->jointype == JOIN_LEFT && is(join->rarg)) || (join->jointype == JOIN_RIGHT && is(join->larg));
    }
};

/** The top-level leaf by which `source` is read, if it is read there and nowhere else; else 0. */
int only_leaf(Query *query, Oid source);

/** `leaf` as the source's, with K as it is read off its rows. */
ChangedLeaf changed_leaf(const Rule *rule, const Query *query, const SourceRule *source, int leaf);

} // namespace pgtv::plan
