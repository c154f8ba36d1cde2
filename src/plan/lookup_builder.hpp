// Takes the FROM clause of a query apart into leaves that must be there, nullable sides and EXISTS, then orders the lookups
// so that each finds its values in those before it. Lifetime: a call; memory: the current context.
#pragma once

#include "pg/postgres.hpp"
#include "plan/joined_columns.hpp"
#include "plan/row_lookup.hpp"

namespace pgtv::plan {

struct Equality;

struct Clause {
    Expr *expression;
    Bitmapset *leaves; // that it reads
};

/** Relations that join with each other as inner joins do, and what hangs on them. */
struct Group {
    List *leaves = NIL;  // int list
    List *clauses = NIL; // of Clause *
    List *parts = NIL;   // of Part *
};

/** An outer join's nullable side, or a subquery of EXISTS. */
struct Part {
    LookupKind kind;
    Group group;
};

/** Which rows the steps of a group are to find. */
enum class Wanted {
    of_key, // the row of a key, if there is one
    one,    // one row at most, to what is known
    any,    // those that there are
};

class LookupBuilder {
public:
    /** `given`: the top-level leaf whose row the caller has; 0: none. */
    LookupBuilder(const Rule *rule, JoinedColumns *columns, int given)
        : rule_(rule), columns_(columns), given_(given) {}
    bool collect(Node *tree, LookupLevel *level, Group *group, bool nullable);
    /** Appends the steps that find the group's rows; `known`: the leaves found before. */
    bool order(Group *group, Bitmapset **known, List **steps, Wanted wanted);
    /** The next column of K is that column of the joined row. */
    void add_key(const Var *column);
    /** For each column of K the joined column that no lookup compares with it. */
    List *keys_left() const;
    /** Its number as a leaf, -1 for none. */
    [[nodiscard]] int given_leaf() const {
        return given_leaf_;
    }

private:
    bool collect_leaf(int rtindex, LookupLevel *level, Group *group, bool nullable);
    bool collect_join(const JoinExpr *join, LookupLevel *level, Group *group, bool nullable);
    bool take_clauses(Node *quals, const LookupLevel *level, Group *group);
    bool take_subquery(const SubLink *link, LookupKind kind, const LookupLevel *level, Group *group);
    LookupStep *look_up(int leaf, Group *group, const Bitmapset *known, Wanted wanted);
    List *equalities(int leaf, const Group *group, const Bitmapset *known, bool by_key) const;
    Equality *equality(const Clause *clause, int side, int leaf, const Bitmapset *known) const;
    bool next_leaf(Group *group, Bitmapset **known, List **steps, Wanted wanted);
    bool next_part(Group *group, Bitmapset **known, List **steps, bool *failed);

    const Rule *rule_;
    JoinedColumns *columns_;
    int given_;
    int given_leaf_ = -1;
    List *key_columns_ = NIL; // of Var *, parallel to rule->keys
    Bitmapset *keys_used_ = nullptr;
};

/** Does the level hand on rows as they join, one for each? */
bool only_joins(const Query *query);

} // namespace pgtv::plan
