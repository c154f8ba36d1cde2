// Reads the source text of a statement for the word TVIEW. Lifetime: one call; the remembered keyword list: backend.

#include "pg/postgres.hpp"
#include "ddl/spelling.hpp"

namespace pgtv::ddl {
namespace {

ScanKeywordList keywords;
uint16 *keyword_tokens; // token number of a keyword = first_keyword_token + its index

constexpr int identifier_token = 258; // IDENT: fixed by the contract in parser/scanner.h
constexpr uint16 first_keyword_token = 1000;

/** The tokens of a piece of source text; words are keywords and identifiers alike. */
class Lexer {
public:
    explicit Lexer(char *source) : scanner_(scanner_init(source, &extra_, &keywords, keyword_tokens)) {
        extra_.escape_string_warning = false; // the parser has warned already
    }
    ~Lexer() {
        scanner_finish(scanner_);
    }
    Lexer(const Lexer &) = delete;
    Lexer &operator=(const Lexer &) = delete;

    /** Steps to the next token; false at the end. */
    bool next() {
        token_ = core_yylex(&value_, &location_, scanner_);
        return token_ != 0;
    }
    /** Is the current token this word (lower case)? */
    [[nodiscard]] bool is(const char *word) const {
        if (token_ == identifier_token)
            return strcmp(value_.str, word) == 0;
        return token_ >= first_keyword_token && strcmp(value_.keyword, word) == 0;
    }

private:
    core_yy_extra_type extra_{};
    core_YYSTYPE value_{};
    YYLTYPE location_ = 0;
    int token_ = 0;
    core_yyscan_t scanner_;
};

char *copy_piece(const char *source_text, int start, int length) {
    const char *from = source_text + Max(start, 0);
    return length > 0 ? pnstrdup(from, static_cast<Size>(length)) : pstrdup(from);
}

} // namespace

bool name_follows_tview(const char *source_text, int start, int name_location) {
    start = Max(start, 0);
    if (source_text == nullptr || name_location <= start)
        return false;
    char *piece = copy_piece(source_text, start, name_location - start);
    Lexer lexer(piece);
    bool introduced = false;
    while (lexer.next()) {
        const bool keeps = lexer.is("if") || lexer.is("not") || lexer.is("exists");
        introduced = lexer.is("tview") || (introduced && keeps);
    }
    return introduced;
}

bool starts_with_drop_tview(const char *source_text, int start, int length) {
    if (source_text == nullptr)
        return false;
    Lexer lexer(copy_piece(source_text, start, length));
    return lexer.next() && lexer.is("drop") && lexer.next() && lexer.is("tview");
}

bool starts_with_comment_on_tview(const char *source_text, int start, int length) {
    if (source_text == nullptr)
        return false;
    Lexer lexer(copy_piece(source_text, start, length));
    return lexer.next() && lexer.is("comment") && lexer.next() && lexer.is("on") && lexer.next() && lexer.is("tview");
}

void remember_keywords() {
    if (keyword_tokens != nullptr)
        return;
    keywords = ScanKeywords;
    const auto count = static_cast<Size>(keywords.num_keywords);
    keyword_tokens = static_cast<uint16 *>(MemoryContextAlloc(TopMemoryContext, count * sizeof(uint16)));
    for (Size i = 0; i < count; i++)
        keyword_tokens[i] = static_cast<uint16>(first_keyword_token + i);
}

const ScanKeywordList &server_keywords() {
    return keywords;
}

} // namespace pgtv::ddl
