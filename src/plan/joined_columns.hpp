// Expressions of a query that only joins, rewritten to refer to one joined row of all its tables. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "plan/row_lookup.hpp"

namespace pgtv::plan {

/** A query level. Arrays are indexed by range-table index. */
struct LookupLevel {
    const LookupLevel *around;
    const Query *query;
    int *leaves;         // number of the leaf, from 0; -1: none
    LookupLevel **inner; // of a subquery whose tables are leaves like the others
    bool nullable;       // an outer join may make all its columns NULL
};

LookupLevel *make_level(const Query *query, const LookupLevel *around, bool nullable);

/** The leaves and columns met so far. */
class JoinedColumns {
public:
    int add_leaf(Oid relid);
    /** nullptr: the expression refers to more than columns of leaves, or depends on more. */
    Expr *rewrite(const Node *expression, const LookupLevel *level);
    /** The leaves that a rewritten expression reads. */
    [[nodiscard]] Bitmapset *leaves_read(Node *rewritten) const;
    [[nodiscard]] JoinedColumn column(const Var *var) const {
        return *static_cast<JoinedColumn *>(list_nth(columns_, var->varattno - 1));
    }
    [[nodiscard]] Oid relation(int leaf) const {
        return list_nth_oid(leaves_, leaf);
    }
    [[nodiscard]] List *leaves() const {
        return leaves_;
    }
    [[nodiscard]] List *columns() const {
        return columns_;
    }

private:
    struct Rewriting {
        JoinedColumns *columns;
        const LookupLevel *level;
        bool failed;
    };
    static Node *rewrite_node(Node *node, void *rewriting);
    Node *rewrite_var(const Var *var, Rewriting *rewriting);
    int number_of(JoinedColumn wanted);

    List *leaves_ = NIL;  // of Oid
    List *columns_ = NIL; // of JoinedColumn *
};

} // namespace pgtv::plan
