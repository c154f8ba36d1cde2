// Marks TVIEW commands in the parse tree and refuses the forms a TVIEW cannot have. Lifetime: the statement.

#include "pg/postgres.hpp"
#include "ddl/tview_statement.hpp"

#include "ddl/spelling.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::ddl {
namespace {

// Longer than any name: no database can be called so. Seen by users only if no hook handled the command.
constexpr char mark[] = "TVIEW command not carried out: no ProcessUtility hook of pg_tviews was called";
static_assert(sizeof(mark) > NAMEDATALEN);

// With three parts before it a name in list form is too long for every reader.
constexpr int mark_parts = 3;

constexpr const char *create_hint = "Write CREATE TVIEW name [(column, …)] [WITH (option = value, …)] AS query.";

post_parse_analyze_hook_type previous_hook = nullptr;

template <typename NodeType>
NodeType *copy_node(const NodeType *node) {
    return static_cast<NodeType *>(copyObjectImpl(node));
}

bool is_marked(const char *qualification) {
    return qualification != nullptr && strncmp(qualification, mark, sizeof(mark) - 1) == 0;
}

bool is_marked(const List *name) {
    return list_length(name) > mark_parts && is_marked(strVal(linitial(name)));
}

/** The RangeVar by which `statement` names the relation it is about; nullptr if it has none. */
RangeVar *relation_of(const Node *statement) {
    switch (nodeTag(statement)) {
    case T_CreateTableAsStmt:
        return castNode(CreateTableAsStmt, statement)->into->rel;
    case T_CreateStmt:
        return castNode(CreateStmt, statement)->relation;
    case T_ViewStmt:
        return castNode(ViewStmt, statement)->view;
    case T_AlterTableStmt:
        return castNode(AlterTableStmt, statement)->relation;
    case T_RenameStmt:
        return castNode(RenameStmt, statement)->relation;
    case T_AlterObjectSchemaStmt:
        return castNode(AlterObjectSchemaStmt, statement)->relation;
    default:
        return nullptr;
    }
}

void mark_relation(RangeVar *relation) {
    if (is_marked(relation->catalogname))
        return;
    relation->catalogname =
        relation->catalogname == nullptr ? pstrdup(mark) : psprintf("%s.%s", mark, relation->catalogname);
}

void unmark_relation(RangeVar *relation) {
    if (relation == nullptr || !is_marked(relation->catalogname))
        return;
    const char *rest = relation->catalogname + sizeof(mark) - 1;
    relation->catalogname = *rest == '.' ? pstrdup(rest + 1) : nullptr;
}

List *mark_name(List *name) {
    if (is_marked(name))
        return name;
    for (int i = 1; i < mark_parts; i++)
        name = lcons(makeString(pstrdup("")), name);
    return lcons(makeString(pstrdup(mark)), name);
}

List *unmark_name(List *name) {
    return is_marked(name) ? list_copy_tail(name, mark_parts) : name;
}

/** Raises 42601 at byte `location` of the statement's text. */
[[noreturn]] void refuse(const ParseState *pstate, int location, const char *message, const char *hint) {
    int position = 0;
    if (location >= 0 && pstate->p_sourcetext != nullptr)
        position = pg_mbstrlen_with_len(pstate->p_sourcetext, location) + 1;
    raise(SyntaxRefused{message, hint, position});
}

void check_persistence(const ParseState *pstate, const RangeVar *relation) {
    if (relation->relpersistence == RELPERSISTENCE_TEMP)
        refuse(pstate, relation->location, "a TVIEW cannot be temporary",
               "Create it in a permanent schema, without TEMPORARY.");
    if (relation->relpersistence == RELPERSISTENCE_UNLOGGED)
        refuse(pstate, relation->location, "a TVIEW cannot be unlogged",
               "Leave out UNLOGGED: after a crash an unlogged TVIEW would be empty while its sources are not.");
}

void check_create_as(const ParseState *pstate, const CreateTableAsStmt *create) {
    const IntoClause *into = create->into;
    check_persistence(pstate, into->rel);
    if (into->onCommit != ONCOMMIT_NOOP)
        refuse(pstate, into->rel->location, "a TVIEW cannot have an ON COMMIT clause", create_hint);
    const auto *query = reinterpret_cast<const Query *>(create->query);
    if (IsA(query, Query) && query->commandType == CMD_UTILITY)
        refuse(pstate, into->rel->location, "CREATE TVIEW cannot take the result of EXECUTE",
               "Write the query itself: CREATE TVIEW name AS query.");
}

void check_replace(const ParseState *pstate, const ViewStmt *view) {
    check_persistence(pstate, view->view);
    if (view->withCheckOption != NO_CHECK_OPTION)
        refuse(pstate, view->view->location, "a TVIEW cannot have a CHECK OPTION", "A TVIEW cannot be written to.");
}

bool spelled_tview(const ParseState *pstate, const Query *query, const RangeVar *relation) {
    return relation != nullptr && relation->location > 0 &&
           name_follows_tview(pstate->p_sourcetext, query->stmt_location, relation->location);
}

/** Refuses `inner`, a part of another command that cannot carry it out, if it is spelled as a TVIEW command. */
void refuse_nested(const ParseState *pstate, const Query *query, const Node *inner, const SyntaxRefused &refusal) {
    if (IsA(inner, Query))
        inner = reinterpret_cast<const Query *>(inner)->utilityStmt;
    const RangeVar *relation = inner == nullptr ? nullptr : relation_of(inner);
    if (spelled_tview(pstate, query, relation))
        refuse(pstate, relation->location, refusal.message, refusal.hint);
}

void check_nested(const ParseState *pstate, const Query *query) {
    if (IsA(query->utilityStmt, ExplainStmt)) {
        refuse_nested(pstate, query, castNode(ExplainStmt, query->utilityStmt)->query,
                      {"EXPLAIN cannot be used on CREATE TVIEW",
                       "Explain the query itself; tview_explain_query() tells how its TVIEW would be maintained.", 0});
        return;
    }
    ListCell *cell = nullptr;
    foreach (cell, castNode(CreateSchemaStmt, query->utilityStmt)->schemaElts)
        refuse_nested(pstate, query, static_cast<Node *>(lfirst(cell)),
                      {"CREATE SCHEMA cannot contain CREATE TVIEW", "Create the TVIEW in a command of its own.", 0});
}

/** Marks a statement that names its relation by a RangeVar, after refusing what a TVIEW cannot be. */
void mark_by_relation(const ParseState *pstate, Query *query) {
    const RangeVar *relation = relation_of(query->utilityStmt);
    if (IsA(query->utilityStmt, CreateTableAsStmt) && castNode(CreateTableAsStmt, query->utilityStmt)->is_select_into)
        return;
    if (relation == nullptr || is_marked(relation->catalogname) || !spelled_tview(pstate, query, relation))
        return;
    if (IsA(query->utilityStmt, CreateStmt))
        refuse(pstate, relation->location, "CREATE TVIEW needs a query", create_hint);
    if (IsA(query->utilityStmt, CreateTableAsStmt))
        check_create_as(pstate, castNode(CreateTableAsStmt, query->utilityStmt));
    if (IsA(query->utilityStmt, ViewStmt))
        check_replace(pstate, castNode(ViewStmt, query->utilityStmt));
    query->utilityStmt = copy_node(query->utilityStmt);
    mark_relation(relation_of(query->utilityStmt));
}

void mark_drop(const ParseState *pstate, Query *query) {
    if (castNode(DropStmt, query->utilityStmt)->removeType != OBJECT_TABLE ||
        !starts_with_drop_tview(pstate->p_sourcetext, query->stmt_location, query->stmt_len))
        return;
    auto *drop = copy_node(castNode(DropStmt, query->utilityStmt));
    ListCell *cell = nullptr;
    foreach (cell, drop->objects)
        lfirst(cell) = mark_name(static_cast<List *>(lfirst(cell)));
    query->utilityStmt = reinterpret_cast<Node *>(drop);
}

void mark_comment(const ParseState *pstate, Query *query) {
    if (castNode(CommentStmt, query->utilityStmt)->objtype != OBJECT_TABLE ||
        !starts_with_comment_on_tview(pstate->p_sourcetext, query->stmt_location, query->stmt_len))
        return;
    auto *comment = copy_node(castNode(CommentStmt, query->utilityStmt));
    comment->object = reinterpret_cast<Node *>(mark_name(reinterpret_cast<List *>(comment->object)));
    query->utilityStmt = reinterpret_cast<Node *>(comment);
}

void mark_statement(const ParseState *pstate, Query *query) {
    switch (nodeTag(query->utilityStmt)) {
    case T_DropStmt:
        return mark_drop(pstate, query);
    case T_CommentStmt:
        return mark_comment(pstate, query);
    case T_ExplainStmt:
    case T_CreateSchemaStmt:
        return check_nested(pstate, query);
    default:
        return mark_by_relation(pstate, query);
    }
}

void on_analyzed(ParseState *pstate, Query *query, JumbleState *jumble) {
    pg::boundary([&] {
        if (previous_hook != nullptr)
            previous_hook(pstate, query, jumble);
        if (query->commandType == CMD_UTILITY && query->utilityStmt != nullptr)
            mark_statement(pstate, query);
    });
}

} // namespace

TViewCommand tview_command(const Node *statement) {
    if (IsA(statement, DropStmt)) {
        const List *names = castNode(DropStmt, statement)->objects;
        const bool tables = castNode(DropStmt, statement)->removeType == OBJECT_TABLE;
        return tables && is_marked(linitial_node(List, names)) ? TViewCommand::drop : TViewCommand::none;
    }
    if (IsA(statement, CommentStmt)) {
        const auto *comment = castNode(CommentStmt, statement);
        const bool ours = comment->objtype == OBJECT_TABLE && is_marked(castNode(List, comment->object));
        return ours ? TViewCommand::comment : TViewCommand::none;
    }
    const RangeVar *relation = relation_of(statement);
    if (relation == nullptr || !is_marked(relation->catalogname))
        return TViewCommand::none;
    if (IsA(statement, CreateTableAsStmt))
        return TViewCommand::create;
    return IsA(statement, ViewStmt) ? TViewCommand::create_or_replace : TViewCommand::alter;
}

Node *copy_unmarked(const Node *statement) {
    Node *copy = copy_node(statement);
    if (IsA(copy, DropStmt)) {
        ListCell *cell = nullptr;
        if (tview_command(copy) == TViewCommand::drop)
            foreach (cell, castNode(DropStmt, copy)->objects)
                lfirst(cell) = unmark_name(static_cast<List *>(lfirst(cell)));
    } else if (tview_command(copy) == TViewCommand::comment) {
        auto *comment = castNode(CommentStmt, copy);
        comment->object = reinterpret_cast<Node *>(unmark_name(castNode(List, comment->object)));
    } else {
        unmark_relation(relation_of(copy));
    }
    return copy;
}

void install_statement_marker() {
    remember_keywords();
    previous_hook = post_parse_analyze_hook;
    post_parse_analyze_hook = on_analyzed;
}

} // namespace pgtv::ddl
