// Steps over pieces of SQL text: blanks and comments, words, quoted strings. Pure; reads [from, end) only and stops at
// a NUL. Lifetime: one call.
#pragma once

#include <cstddef>

namespace pgtv::ddl::sql_text {

/** Behind blanks and complete comments; `from` if there are none. */
const char *skip_blanks(const char *from, const char *end);
/** Behind the word at `from`; `from` if there is none. */
const char *skip_word(const char *from, const char *end);
/** Behind the rest of a comment which has been opened by the character before `from`: its second one is at `from`. */
const char *skip_comment_rest(const char *from, const char *end);
/** Behind the rest of a string or quoted name, `from` being behind its opening quote; nullptr if it does not end. */
const char *skip_quoted_rest(const char *from, const char *end, char quote, bool backslash_escapes);
/** Behind the quoted string, quoted name or dollar-quoted string at `from`; nullptr if it does not end. */
const char *skip_quoted(const char *from, const char *end, bool backslash_escapes);
/** Does a string or quoted name start at `from`? */
bool starts_quoted(const char *from, const char *end);
/** Is [from, from + length) this word, written in lower case, in any case? */
bool is_word(const char *from, std::size_t length, const char *word);

/**
 * The last character of the last token in [from, end) that is neither blank nor comment: 'a' for words, a quote
 * for strings and quoted names; 0 if there is no token, '?' if the text makes no sense.
 */
char last_token(const char *from, const char *end);

} // namespace pgtv::ddl::sql_text
