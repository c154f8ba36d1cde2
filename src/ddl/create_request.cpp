// Turns each way to write CREATE TVIEW into the same request. Lifetime: a statement.

#include "pg/postgres.hpp"
#include "ddl/create_request.hpp"

#include "ddl/tview_options.hpp"
#include "pg/bridge.hpp"
#include "pg/nodes.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::ddl {
namespace {

[[noreturn]] void refuse_into() {
    raise(Unsupported{"the query of a tview must not have an INTO clause", nullptr,
                      "Give the name of the TVIEW in CREATE TVIEW name AS …."});
}

[[noreturn]] void refuse_other_statement() {
    raise(Unsupported{"the query of a tview must be a SELECT", nullptr,
                      "SELECT, TABLE, VALUES and WITH … SELECT are accepted."});
}

/** SELECT … INTO is found before analysis, which would turn it into CREATE TABLE AS. */
void check_raw_select(const Node *node) {
    if (!IsA(node, SelectStmt))
        refuse_other_statement();
    const auto *select = reinterpret_cast<const SelectStmt *>(node);
    for (; select->op != SETOP_NONE; select = select->larg)
        if (select->intoClause != nullptr)
            refuse_into();
    if (select->intoClause != nullptr)
        refuse_into();
}

Query *analyze(RawStmt *statement, const char *text) {
    check_raw_select(statement->stmt);
    return parse_analyze_fixedparams(statement, text, nullptr, 0, nullptr);
}

/** CREATE MATERIALIZED VIEW leaves its checks of the name to its execution. */
void refuse_clauses(const IntoClause *into) {
    if (into->onCommit != ONCOMMIT_NOOP)
        raise(SyntaxRefused{"ON COMMIT cannot be used with a tview", nullptr, 0});
}

const char *json_scalar(const JsonbValue &value, const char *option) {
    switch (value.type) {
    case jbvString:
        return pnstrdup(value.val.string.val, size_t(value.val.string.len));
    case jbvBool:
        return value.val.boolean ? "true" : "false";
    case jbvNumeric:
        return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
    default:
        raise(InvalidOption{option, "The value must be a string, a number or a boolean.", nullptr});
    }
}

/** ["a", "b"] as a, b: the value of option key. */
const char *json_name_list(const JsonbValue &array, const char *option) {
    StringInfoData names;
    initStringInfo(&names);
    JsonbIterator *iterator = JsonbIteratorInit(array.val.binary.data);
    JsonbValue value;
    for (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &value, true); token != WJB_DONE;
         token = JsonbIteratorNext(&iterator, &value, true))
        if (token == WJB_ELEM)
            appendStringInfo(&names, "%s%s", names.len == 0 ? "" : ", ", quote_identifier(json_scalar(value, option)));
    return names.data;
}

const char *json_option(const JsonbValue &value, const char *option) {
    if (value.type == jbvBinary && JsonContainerIsArray(value.val.binary.data))
        return json_name_list(value, option);
    return json_scalar(value, option);
}

/** Positions in `text` are no positions in the statement that called tview_create(). */
void report_as_internal_query(void *text) {
    pg::boundary([text] {
        const int position = geterrposition();
        if (position <= 0)
            return;
        errposition(0);
        internalerrposition(position);
        internalerrquery(static_cast<const char *>(text));
    });
}

} // namespace

CreateRequest request_from_create_as(const CreateTableAsStmt *statement, const char *query_string) {
    const IntoClause *into = statement->into;
    if (!IsA(statement->query, Query))
        refuse_other_statement();
    auto *query = pg::copy_node(reinterpret_cast<const Query *>(statement->query));
    if (query->commandType == CMD_UTILITY)
        refuse_other_statement();
    refuse_clauses(into);
    return {
        .name = pg::copy_node(into->rel),
        .columns = into->colNames,
        .options = without_tview_option(into->options),
        .tablespace = into->tableSpaceName,
        .access_method = into->accessMethod,
        .query = query,
        .query_text = query_string,
        .if_not_exists = statement->if_not_exists,
        .or_replace = false,
        .with_data = !into->skipData,
    };
}

CreateRequest request_from_view(const ViewStmt *statement, const char *query_string, int location, int length) {
    if (statement->withCheckOption != NO_CHECK_OPTION)
        raise(SyntaxRefused{"WITH CHECK OPTION cannot be used with a tview", nullptr, 0});
    RawStmt *raw = makeNode(RawStmt);
    raw->stmt = pg::copy_node(statement->query);
    raw->stmt_location = location;
    raw->stmt_len = length;
    return {
        .name = pg::copy_node(statement->view),
        .columns = statement->aliases,
        .options = without_tview_option(statement->options),
        .tablespace = nullptr,
        .access_method = nullptr,
        .query = analyze(raw, query_string),
        .query_text = query_string,
        .if_not_exists = false,
        .or_replace = true,
        .with_data = true,
    };
}

Query *analyze_select(const char *text) {
    ErrorContextCallback context = {error_context_stack, report_as_internal_query, pstrdup(text)};
    error_context_stack = &context;
    List *statements = raw_parser(text, RAW_PARSE_DEFAULT);
    if (list_length(statements) != 1)
        raise(SyntaxRefused{"the query of a tview must be a single statement", nullptr, 0});
    Query *query = analyze(linitial_node(RawStmt, statements), text);
    error_context_stack = context.previous;
    return query;
}

CreateRequest request_from_text(const char *name, const char *text) {
    return {
        .name = makeRangeVarFromNameList(compat::parse_qualified_name(name)),
        .columns = NIL,
        .options = NIL,
        .tablespace = nullptr,
        .access_method = nullptr,
        .query = analyze_select(text),
        .query_text = text,
        .if_not_exists = false,
        .or_replace = false,
        .with_data = true,
    };
}

List *options_from_json(Jsonb *options) {
    if (!JB_ROOT_IS_OBJECT(options))
        raise(InvalidOption{"options", "The options must be a JSON object.", nullptr});
    List *elements = NIL;
    const char *name = nullptr;
    JsonbIterator *iterator = JsonbIteratorInit(&options->root);
    JsonbValue value;
    for (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &value, true); token != WJB_DONE;
         token = JsonbIteratorNext(&iterator, &value, true)) {
        if (token == WJB_KEY)
            name = pnstrdup(value.val.string.val, size_t(value.val.string.len));
        if (token != WJB_VALUE || value.type == jbvNull)
            continue;
        auto *text = reinterpret_cast<Node *>(makeString(pstrdup(json_option(value, name))));
        elements = lappend(elements, makeDefElem(pstrdup(name), text, -1));
    }
    return elements;
}

} // namespace pgtv::ddl
