// Steps over pieces of SQL text. Pure. Lifetime: one call.

#include "ddl/sql_text.hpp"

namespace pgtv::ddl::sql_text {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_word(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool continues_word(char c) {
    return starts_word(c) || (c >= '0' && c <= '9') || c == '$';
}

bool at(const char *from, const char *end, char first, char second) {
    return end - from >= 2 && from[0] == first && from[1] == second;
}

const char *skip_line_comment(const char *from, const char *end) {
    while (from < end && *from != '\0' && *from != '\n' && *from != '\r')
        from++;
    return from;
}

/** Behind the (nestable) comment that is `depth` levels deep before `from`; `from` if it does not end. */
const char *skip_block_comment(const char *from, const char *end, int depth) {
    for (const char *here = from; here < end && *here != '\0';) {
        const bool opens = at(here, end, '/', '*');
        const bool closes = at(here, end, '*', '/');
        depth += opens ? 1 : 0;
        depth -= closes ? 1 : 0;
        here += opens || closes ? 2 : 1;
        if (depth == 0)
            return here;
    }
    return from;
}

/** Behind the opening delimiter $tag$ at `from`; `from` if that is none. */
const char *skip_dollar_tag(const char *from, const char *end) {
    const char *here = from + 1;
    while (here < end && *here != '$' && continues_word(*here))
        here++;
    const bool is_tag = here < end && *here == '$' && (here == from + 1 || starts_word(from[1]));
    return is_tag ? here + 1 : from;
}

bool same_text(const char *left, const char *right, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; i++)
        if (left[i] != right[i])
            return false;
    return true;
}

const char *skip_dollar_quoted(const char *from, const char *end) {
    const std::ptrdiff_t tag = skip_dollar_tag(from, end) - from;
    for (const char *here = from + tag; end - here >= tag && *here != '\0'; here++)
        if (same_text(here, from, tag))
            return here + tag;
    return nullptr;
}

} // namespace

const char *skip_blanks(const char *from, const char *end) {
    for (;;) {
        const char *before = from;
        while (from < end && is_blank(*from))
            from++;
        if (at(from, end, '-', '-'))
            from = skip_line_comment(from, end);
        else if (at(from, end, '/', '*'))
            from = skip_block_comment(from, end, 0);
        if (from == before)
            return from;
    }
}

const char *skip_word(const char *from, const char *end) {
    if (from >= end || !starts_word(*from))
        return from;
    while (from < end && continues_word(*from))
        from++;
    return from;
}

bool starts_quoted(const char *from, const char *end) {
    return from < end && (*from == '\'' || *from == '"' || (*from == '$' && skip_dollar_tag(from, end) != from));
}

const char *skip_comment_rest(const char *from, const char *end) {
    return *from == '*' ? skip_block_comment(from + 1, end, 1) : skip_line_comment(from, end);
}

const char *skip_quoted_rest(const char *from, const char *end, char quote, bool backslash_escapes) {
    for (const char *here = from; here < end && *here != '\0'; here++) {
        if (*here == '\\' && backslash_escapes && here + 1 < end)
            here++;
        else if (at(here, end, quote, quote))
            here++;
        else if (*here == quote)
            return here + 1;
    }
    return nullptr;
}

const char *skip_quoted(const char *from, const char *end, bool backslash_escapes) {
    return *from == '$' ? skip_dollar_quoted(from, end) : skip_quoted_rest(from + 1, end, *from, backslash_escapes);
}

bool is_word(const char *from, std::size_t length, const char *word) {
    for (std::size_t i = 0; i < length; i++)
        if (word[i] == '\0' || lower(from[i]) != word[i])
            return false;
    return word[length] == '\0';
}

char last_token(const char *from, const char *end) {
    char last = '\0';
    const char *escape_prefix_end = nullptr;
    for (from = skip_blanks(from, end); from < end; from = skip_blanks(from, end)) {
        const char *word_end = skip_word(from, end);
        if (word_end != from) {
            if (is_word(from, static_cast<std::size_t>(word_end - from), "e"))
                escape_prefix_end = word_end;
            last = 'a';
            from = word_end;
        } else if (starts_quoted(from, end)) {
            last = *from;
            from = skip_quoted(from, end, from == escape_prefix_end && *from == '\'');
            if (from == nullptr)
                return '?';
        } else {
            if (*from == '\0')
                return '?';
            last = *from++;
        }
    }
    return last;
}

} // namespace pgtv::ddl::sql_text
