// Teaches the server's lexer the word TVIEW. Lifetime: server (preloaded) or backend.

#include "pg/postgres.hpp"
#include "ddl/tview_keyword.hpp"

#include "ddl/spelling.hpp"
#include "ddl/sql_text.hpp"
#include "ddl/tview_context.hpp"
#include "pg/bridge.hpp"
#include "pg/memory_page.hpp"
#include "pg_tviews/settings.hpp"

namespace pgtv::ddl {
namespace {

constexpr const char *alternatives = "CREATE MATERIALIZED VIEW name WITH (tview = true) AS query and the function "
                                     "tview_create() do the same.";

/** A keyword whose text can be made to read "tview". */
struct Disguise {
    int index;
    uint16 offset;
};

// The list that ScanKeywords points to while installed.
uint16 *offsets = nullptr;
uint16 tview_offset = 0;
Disguise table_keyword;
Disguise view_keyword;

WordTrail trail;
const Disguise *worn = nullptr; // the keyword that reads "tview" now
bool installed = false;

void take_off() {
    if (worn != nullptr)
        offsets[worn->index] = worn->offset;
    worn = nullptr;
}

/** A new text may be scanned from now on: earlier words say nothing about it. */
void forget_words() {
    take_off();
    trail.clear();
}

int keyword_index(const char *word, std::size_t length) {
    const ScanKeywordList &list = server_keywords();
    const int index = list.hash(word, length);
    const bool known = index >= 0 && index < list.num_keywords;
    return known && sql_text::is_word(word, length, GetScanKeyword(index, &list)) ? index : -1;
}

bool can_be_name(const char *word, std::size_t length) {
    const int index = keyword_index(word, length);
    return index < 0 || ScanKeywordCategories[index] == UNRESERVED_KEYWORD ||
           ScanKeywordCategories[index] == COL_NAME_KEYWORD;
}

const Disguise *disguise_of(const char *tview) {
    switch (judge_tview(trail, tview, {pg::is_readable, can_be_name})) {
    case TViewRole::table:
        return &table_keyword;
    case TViewRole::view:
        return &view_keyword;
    case TViewRole::identifier:
        break;
    }
    return nullptr;
}

/** The hash function of ScanKeywords. Called for every word the lexer meets, but also for names to be quoted. */
int hash_keyword(const void *key, size_t length) {
    return pg::boundary([&] {
        const auto *word = static_cast<const char *>(key);
        take_off();
        if (settings::create_tview_syntax && sql_text::is_word(word, length, "tview")) {
            worn = disguise_of(word);
            if (worn != nullptr)
                offsets[worn->index] = tview_offset;
        }
        // N'…' looks up the constant "nchar", which is no word of the text.
        if (!sql_text::is_word(word, length, "nchar"))
            trail.push(word, length);
        return worn != nullptr ? worn->index : server_keywords().hash(key, length);
    });
}

/** Copies the keyword list and adds the text "tview". */
ScanKeywordList make_list() {
    ScanKeywordList list = server_keywords();
    const auto count = static_cast<std::size_t>(list.num_keywords);
    const char *last = GetScanKeyword(list.num_keywords - 1, &list);
    const auto size = static_cast<std::size_t>(last - list.kw_string) + strlen(last) + 1;

    auto *words = static_cast<char *>(MemoryContextAlloc(TopMemoryContext, size + sizeof("tview")));
    memcpy(words, list.kw_string, size);
    memcpy(words + size, "tview", sizeof("tview"));
    offsets = static_cast<uint16 *>(MemoryContextAlloc(TopMemoryContext, count * sizeof(uint16)));
    memcpy(offsets, list.kw_offsets, count * sizeof(uint16));

    tview_offset = static_cast<uint16>(size);
    const int table = keyword_index("table", 5);
    const int view = keyword_index("view", 4);
    table_keyword = {table, offsets[table]};
    view_keyword = {view, offsets[view]};
    list.kw_string = words;
    list.kw_offsets = offsets;
    list.hash = hash_keyword;
    return list;
}

/** Parses `statement`; the tag of its tree, T_Invalid if it is not one valid statement. */
NodeTag parsed_tag(const char *statement) {
    try {
        const List *trees = pg::call([&] { return raw_parser(statement, RAW_PARSE_DEFAULT); });
        return list_length(trees) == 1 ? nodeTag(linitial_node(RawStmt, trees)->stmt) : T_Invalid;
    } catch (const pg::ServerError &) {
        return T_Invalid;
    }
}

/** Does the lexer do what it should, and nothing else? */
bool self_test() {
    const bool passed =
        parsed_tag("CREATE TVIEW a AS SELECT 1") == T_CreateTableAsStmt &&
        parsed_tag("CREATE OR REPLACE TVIEW a AS SELECT 1") == T_ViewStmt &&
        parsed_tag("DROP TVIEW IF EXISTS a") == T_DropStmt && parsed_tag("ALTER TVIEW a RENAME TO b") == T_RenameStmt &&
        parsed_tag("COMMENT ON TVIEW a IS 'b'") == T_CommentStmt &&
        parsed_tag("SELECT drop tview FROM tview") == T_SelectStmt &&
        parsed_tag("CREATE TABLE tview (tview int)") == T_CreateStmt && parsed_tag("TVIEW a") == T_Invalid;
    forget_words();
    return passed;
}

/** nullptr, or why the lexer does not know TVIEW. */
const char *install() {
    const ScanKeywordList list = make_list();
    if (table_keyword.index < 0 || view_keyword.index < 0 || tview_offset < 5)
        return "The keyword list has an unknown form.";
    auto *target = const_cast<ScanKeywordList *>(&ScanKeywords);
    const char *failure = pg::store_protected(target, &list, sizeof(list));
    if (failure != nullptr)
        return failure;
    if (self_test())
        return nullptr;
    (void)pg::store_protected(target, &server_keywords(), sizeof(list));
    return "The lexer does not work as expected with it.";
}

void at_transaction_event(XactEvent event, void *) {
    pg::boundary([&] {
        if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT)
            forget_words();
    });
}

void at_subtransaction_event(SubXactEvent event, SubTransactionId, SubTransactionId, void *) {
    pg::boundary([&] {
        if (event == SUBXACT_EVENT_ABORT_SUB)
            forget_words();
    });
}

post_parse_analyze_hook_type previous_hook = nullptr;

void on_analyzed(ParseState *pstate, Query *query, JumbleState *jumble) {
    pg::boundary([&] {
        forget_words();
        if (previous_hook != nullptr)
            previous_hook(pstate, query, jumble);
    });
}

} // namespace

void install_keyword() {
    remember_keywords();
    const char *failure = install();
    installed = failure == nullptr;
    if (!installed) {
        ereport(WARNING, (errmsg("the commands CREATE, ALTER and DROP TVIEW are not available"),
                          errdetail("%s", failure), errhint("%s", alternatives)));
        return;
    }
    RegisterXactCallback(at_transaction_event, nullptr);
    RegisterSubXactCallback(at_subtransaction_event, nullptr);
    previous_hook = post_parse_analyze_hook;
    post_parse_analyze_hook = on_analyzed;
}

bool keyword_installed() {
    return installed;
}

} // namespace pgtv::ddl
