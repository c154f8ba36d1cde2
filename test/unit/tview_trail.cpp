// The word `tview` in one text after another, with a trail of words that may be stale, and in random texts. The lexer
// behaves like the server's: one NUL behind the word at hand, two at the end of the buffer, whose bounds the sanitizer
// guards.
// sources: src/ddl/tview_context.cpp src/ddl/sql_text.cpp
#include "ddl/sql_text.hpp"
#include "ddl/tview_context.hpp"
#include "unit.hpp"

#include <cstring>
#include <memory>
#include <random>
#include <string>

namespace {

using namespace pgtv::ddl;

const char *buffer_start = nullptr;
const char *buffer_end = nullptr;

bool readable(const char *from, const char *to) {
    return from >= buffer_start && to <= buffer_end;
}

bool can_be_name(const char *word, std::size_t length) {
    for (const char *reserved : {"from", "where", "is", "join", "on", "using", "select", "table", "and", "not", "as"})
        if (sql_text::is_word(word, length, reserved))
            return false;
    return true;
}

struct Judged {
    int tables = 0;
    int views = 0;
    int identifiers = 0;
};

WordTrail trail; // kept between texts, as in the server: what it holds may be stale

/** Scans `sql` word by word in a buffer of exactly its size. */
Judged scan(const std::string &sql) {
    const std::size_t size = sql.size() + 2;
    const std::unique_ptr<char[]> buffer(new char[size]());
    std::memcpy(buffer.get(), sql.data(), sql.size());
    buffer_start = buffer.get();
    buffer_end = buffer_start + size;
    const char *end = buffer_start + sql.size();
    Judged judged;
    const char *from = sql_text::skip_blanks(buffer_start, end);
    while (from < end && *from != '\0') {
        const char *word_end = sql_text::skip_word(from, end);
        if (word_end == from) {
            const char *next = sql_text::starts_quoted(from, end) ? sql_text::skip_quoted(from, end, false) : from + 1;
            if (next == nullptr)
                break;
            from = sql_text::skip_blanks(next, end);
            continue;
        }
        char *terminator = buffer.get() + (word_end - buffer_start);
        const char held = *terminator;
        *terminator = '\0';
        const auto length = static_cast<std::size_t>(word_end - from);
        if (sql_text::is_word(from, length, "tview")) {
            const TViewRole role = judge_tview(trail, from, {readable, can_be_name});
            judged.tables += role == TViewRole::table ? 1 : 0;
            judged.views += role == TViewRole::view ? 1 : 0;
            judged.identifiers += role == TViewRole::identifier ? 1 : 0;
        }
        if (length <= 17)
            trail.push(from, length);
        *terminator = held;
        from = sql_text::skip_blanks(word_end, end);
    }
    return judged;
}

bool only_table(const char *sql) {
    const Judged judged = scan(sql);
    return judged.tables == 1 && judged.views == 0 && judged.identifiers == 0;
}

bool only_identifiers(const char *sql) {
    const Judged judged = scan(sql);
    return judged.tables == 0 && judged.views == 0 && judged.identifiers > 0;
}

} // namespace

TEST(commands_are_recognised) {
    trail.clear();
    for (const char *sql : {"create tview x as select 1",
                            "CREATE TVIEW x",
                            "Create/* a */Tview/* b */x",
                            "create tview\"x\"as",
                            "create -- c\n tview -- d\n x",
                            "create temp tview x",
                            "create local temporary tview x",
                            "create unlogged tview x",
                            "explain create tview x",
                            "explain (costs off) create tview x",
                            "explain analyze verbose create tview x",
                            "drop tview x",
                            "drop tview if exists x, y",
                            "drop tview\"x\"",
                            "drop tview--\nx",
                            "drop tview/**/x",
                            "alter tview x rename to y",
                            "alter tview U&\"x\" set schema y",
                            "comment on tview x is 'y'",
                            "comment on tview a . \"b\" is null",
                            "comment on tview\"x\" is 'y'",
                            "select 1; drop tview x",
                            "select 'a;'; drop tview x",
                            "select $$;$$ ; /* ; */ alter tview x owner to y",
                            "drop tview drop",
                            "select n'x'; drop tview x"})
        CHECK(only_table(sql));
    CHECK(scan("create or replace tview x as select 1").views == 1);
    CHECK(scan("create or replace temp tview x as select 1").views == 1);
    CHECK(scan("drop tview x; drop tview y; create tview z as select 1").tables == 3);
}

TEST(identifiers_are_left_alone) {
    trail.clear();
    for (const char *sql : {"truncate tview",
                            "select drop tview from x",
                            "from tview join comment on tview.id = 1",
                            "select 1 from x join comment on tview is null",
                            "create table tview (tview int)",
                            "drop table tview",
                            "create view tview",
                            "update drop tview set a = 1",
                            "update s.create tview set (a) = (1)",
                            "alter table t drop tview cascade",
                            "alter table \"T\" drop tview cascade",
                            "alter table t alter tview type int",
                            "alter table t add a int, alter tview type int",
                            "create table t (drop tview compression pglz)",
                            "tview x",
                            "select 'x;' a, drop tview b",
                            "grant drop, alter on tview to x",
                            "create schema s create tview x as select 1",
                            "drop tview from",
                            "drop tview"})
        CHECK(only_identifiers(sql));
    CHECK(scan("create tview_x").tables == 0);
}

TEST(stale_words_say_nothing) {
    trail.clear();
    scan("select create");
    CHECK(only_identifiers("tview x"));
    trail.clear();
    const std::string word = "create"; // a name to be quoted, then another
    trail.push(word.data(), word.size());
    CHECK(only_identifiers("tview"));
    trail.push("update", 6);
    CHECK(only_table("drop tview x"));
}

TEST(long_distances_are_bounded) {
    trail.clear();
    const std::string comment = "/*" + std::string(10000, ' ') + "*/";
    CHECK(only_table(("create " + comment + " tview " + comment + " x").c_str()));
    CHECK(only_table(("select '" + std::string(200000, 'x') + "'; drop tview x").c_str()));
    CHECK(only_identifiers(("create /*" + std::string(100000, ' ') + "*/ tview x").c_str()));
}

TEST(random_texts_stay_inside_the_buffer) {
    std::mt19937 random(7);
    const char *pieces[] = {"create", "drop",  "alter",  "comment", "on", "or", "replace", "temp", "tview",    "tview",
                            " ",      " ",     "\n",     "/*",      "*/", "--", "'",       "\"",   "$$",       "$a$",
                            ";",      "E'\\'", ".",      "(",       ")",  ",",  "x",       "is",   "if",       "U&\"",
                            "*",      "-",     "update", "set",     "\\", "9",  "explain", "u&\"", "\xc3\xa4", "$1"};
    for (int round = 0; round < 20000; round++) {
        std::string sql;
        for (int i = 0; i < 12; i++)
            sql += std::string(pieces[random() % std::size(pieces)]) + (random() % 2 == 0 ? " " : "");
        scan(sql);
    }
    CHECK(true);
}
