// Decides whether `tview` stands where TABLE or VIEW stands in a command. Pure. Lifetime: one lookup.

#include "ddl/tview_context.hpp"

#include "ddl/sql_text.hpp"

#include <initializer_list>

namespace pgtv::ddl {
namespace {

using Word = WordTrail::Word;
using sql_text::is_word;

constexpr std::size_t tview_length = 5;

// How far around `tview` the text is looked at: longer comments between CREATE and TVIEW are not worth a thought.
constexpr std::ptrdiff_t reach = 64 * 1024;

enum class Verb { none, create, drop, alter, comment };

/** A verb, its age in the trail and what `tview` is after it. */
struct Command {
    Verb verb = Verb::none;
    std::size_t age = 0;
    TViewRole role = TViewRole::identifier;
};

/** May the text from `word` up to `to` be read, and is it near enough? */
bool reaches(const Word &word, const char *to, const Surroundings &surroundings) {
    return word.start != nullptr && word.start + word.length < to && to - word.start <= reach &&
           surroundings.readable(word.start, to);
}

/** How many of the words looked up last stand before `tview` with nothing but blanks and comments between. */
std::size_t count_adjacent(const WordTrail &trail, const char *tview, const Surroundings &surroundings) {
    const char *next = tview;
    for (std::size_t age = 0;; age++) {
        const Word word = trail[age];
        if (!reaches(word, next, surroundings) || sql_text::skip_blanks(word.start + word.length, next) != next)
            return age;
        next = word.start;
    }
}

/** The words directly before `tview`, newest first. */
class Phrase {
public:
    Phrase(const WordTrail &trail, std::size_t count) : trail_(trail), count_(count) {}

    [[nodiscard]] bool is(std::size_t age, const char *word) const {
        return age < count_ && is_word(trail_[age].start, trail_[age].length, word);
    }
    /** The age of the first word that is not about TEMPORARY or UNLOGGED (which are refused later, with a hint). */
    [[nodiscard]] std::size_t skip_persistence() const {
        if (is(0, "unlogged"))
            return 1;
        if (!is(0, "temp") && !is(0, "temporary"))
            return 0;
        return is(1, "local") || is(1, "global") ? 2 : 1;
    }

private:
    const WordTrail &trail_;
    std::size_t count_;
};

Command find_command(const Phrase &phrase) {
    if (phrase.is(0, "drop"))
        return {Verb::drop, 0, TViewRole::table};
    if (phrase.is(0, "alter"))
        return {Verb::alter, 0, TViewRole::table};
    if (phrase.is(0, "on") && phrase.is(1, "comment"))
        return {Verb::comment, 1, TViewRole::table};
    const std::size_t age = phrase.skip_persistence();
    if (phrase.is(age, "create"))
        return {Verb::create, age, TViewRole::table};
    if (phrase.is(age, "replace") && phrase.is(age + 1, "or") && phrase.is(age + 2, "create"))
        return {Verb::create, age + 2, TViewRole::view};
    return {};
}

bool has_nul(const char *from, const char *to) {
    while (from < to && *from != '\0')
        from++;
    return from < to;
}

bool introduces_create(const Word &word) {
    for (const char *option : {"explain", "analyze", "analyse", "verbose"})
        if (is_word(word.start, word.length, option))
            return true;
    return false;
}

/**
 * Does the verb start a statement? If the word looked up before is not of the same text, the verb is the first word
 * of its text, and only a statement can start so.
 */
bool starts_statement(const WordTrail &trail, const Command &command, const Surroundings &surroundings) {
    const char *verb = trail[command.age].start;
    const Word before = trail[command.age + 1];
    if (!reaches(before, verb, surroundings) || has_nul(before.start, verb) ||
        sql_text::skip_word(before.start, verb) != before.start + before.length)
        return true;
    switch (sql_text::last_token(before.start, verb)) {
    case ';':
    case '?':
        return true;
    case ')': // EXPLAIN (…) CREATE TVIEW
        return command.verb == Verb::create;
    case 'a':
        return command.verb == Verb::create && introduces_create(before) &&
               sql_text::skip_blanks(before.start + before.length, verb) == verb;
    default:
        return false;
    }
}

/** Behind the name at `from`; nullptr if there is none. */
const char *skip_name(const char *from, const char *end, const Surroundings &surroundings) {
    const bool unicode = end - from > 2 && (*from == 'u' || *from == 'U') && from[1] == '&' && from[2] == '"';
    if (unicode)
        from += 2;
    if (from < end && *from == '"')
        return sql_text::skip_quoted(from, end, false);
    const char *word_end = sql_text::skip_word(from, end);
    const auto length = static_cast<std::size_t>(word_end - from);
    return length > 0 && surroundings.can_be_name(from, length) ? word_end : nullptr;
}

/** Behind the qualifications of the name that ends at `from`, and the blanks there; nullptr if they make no sense. */
const char *skip_qualification(const char *from, const char *end) {
    for (from = sql_text::skip_blanks(from, end); from < end && *from == '.'; from = sql_text::skip_blanks(from, end)) {
        const char *part = sql_text::skip_blanks(from + 1, end);
        const bool quoted = part < end && *part == '"';
        from = quoted ? sql_text::skip_quoted(part, end, false) : sql_text::skip_word(part, end);
        if (from == nullptr || from == part)
            return nullptr;
    }
    return from;
}

/** COMMENT ON TVIEW name IS: does the word at `from` say so? */
bool starts_with_is(const char *from, const char *end) {
    return from != nullptr && is_word(from, static_cast<std::size_t>(sql_text::skip_word(from, end) - from), "is");
}

/** Can the text at `from`, where the name of a `verb` command should start, continue that command? */
bool names_relation(Verb verb, const char *from, const char *end, const Surroundings &surroundings) {
    const char *name_end = skip_name(from, end, surroundings);
    return name_end != nullptr && (verb != Verb::comment || starts_with_is(skip_qualification(name_end, end), end));
}

/** The same for a quoted name whose opening quote is the character before `from`. */
bool names_quoted_relation(Verb verb, const char *from, const char *end) {
    const char *name_end = sql_text::skip_quoted_rest(from, end, '"', false);
    return name_end != nullptr && (verb != Verb::comment || starts_with_is(skip_qualification(name_end, end), end));
}

/**
 * Can what follows `tview` continue the command? The character right behind `tview` is hidden by the lexer's NUL; the
 * one after it is in the lexer's buffer, which ends with two NULs.
 */
bool can_go_on(Verb verb, const char *tview, const Surroundings &surroundings) {
    if (verb == Verb::create) // reserved: no other reading makes sense
        return true;
    const char *from = tview + tview_length + 1;
    const char *end = from;
    while (*end != '\0' && end - from < reach)
        end++;
    const bool hidden_comment = *from == '*' || *from == '-';
    const char *name = sql_text::skip_blanks(hidden_comment ? sql_text::skip_comment_rest(from, end) : from, end);
    return names_relation(verb, name, end, surroundings) || names_quoted_relation(verb, from, end);
}

} // namespace

TViewRole judge_tview(const WordTrail &trail, const char *tview, const Surroundings &surroundings) {
    const Phrase phrase(trail, count_adjacent(trail, tview, surroundings));
    const Command command = find_command(phrase);
    if (command.verb == Verb::none || !starts_statement(trail, command, surroundings) ||
        !can_go_on(command.verb, tview, surroundings))
        return TViewRole::identifier;
    return command.role;
}

} // namespace pgtv::ddl
