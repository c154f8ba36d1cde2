// sources: src/ddl/tview_context.cpp src/ddl/sql_text.cpp
// Where the word TVIEW is a command's and where it is a name, in buffers as the lexer keeps them: exactly long enough,
// two NULs at the end, one behind the word at hand, so that the sanitizer sees every byte read too many.
#include "unit.hpp"

#include "ddl/sql_text.hpp"
#include "ddl/tview_context.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

using namespace pgtv::ddl;

namespace {

const char *buffer_start;
const char *buffer_end;

bool readable(const char *from, const char *to) {
    return from >= buffer_start && to <= buffer_end;
}

bool can_be_name(const char *word, std::size_t length) {
    const std::string_view name(word, length);
    return name != "select" && name != "from" && name != "is" && name != "join" && name != "as";
}

/** A copy of `sql` on the heap, two NULs behind it. */
class ScanBuffer {
public:
    explicit ScanBuffer(std::string_view sql) : text_(new char[sql.size() + 2]), length_(sql.size()) {
        std::memcpy(text_.get(), sql.data(), length_);
        text_[length_] = text_[length_ + 1] = '\0';
        buffer_start = text_.get();
        buffer_end = text_.get() + length_ + 2;
    }
    char *begin() {
        return text_.get();
    }
    char *end() {
        return text_.get() + length_;
    }

private:
    std::unique_ptr<char[]> text_;
    std::size_t length_;
};

/** Looks up the words of `sql` as the lexer does; returns the role of the last unquoted `tview`. */
TViewRole role(std::string_view sql) {
    ScanBuffer buffer(sql);
    WordTrail trail;
    TViewRole result = TViewRole::identifier;
    char *here = buffer.begin();
    while (here < buffer.end()) {
        here += sql_text::skip_blanks(here, buffer.end()) - here;
        const std::size_t length = std::size_t(sql_text::skip_word(here, buffer.end()) - here);
        if (length > 0) {
            const char kept = here[length];
            here[length] = '\0';
            if (sql_text::is_word(here, length, "tview"))
                result = judge_tview(trail, here, Surroundings{readable, can_be_name});
            here[length] = kept;
            trail.push(here, length);
            here += length;
        } else if (here < buffer.end() && sql_text::starts_quoted(here, buffer.end())) {
            const char *quoted_end = sql_text::skip_quoted(here, buffer.end(), false);
            here = quoted_end == nullptr ? buffer.end() : here + (quoted_end - here);
        } else if (here < buffer.end()) {
            here++;
        }
    }
    return result;
}

bool is_table(std::string_view sql) {
    return role(sql) == TViewRole::table;
}

bool is_identifier(std::string_view sql) {
    return role(sql) == TViewRole::identifier;
}

} // namespace

TEST(tview_is_a_command_word_after_its_verbs) {
    CHECK(is_table("create tview a as select 1"));
    CHECK(is_table("CREATE TVIEW IF NOT EXISTS s.a AS SELECT 1"));
    CHECK(is_table("create temporary tview a as select 1"));
    CHECK(is_table("create unlogged tview a as select 1"));
    CHECK(role("create or replace tview a as select 1") == TViewRole::view);
    CHECK(is_table("drop tview a"));
    CHECK(is_table("drop tview if exists a, b cascade"));
    CHECK(is_table("alter tview a rename to b"));
    CHECK(is_table("comment on tview a is 'x'"));
    CHECK(is_table("comment on tview s . a is null"));
    CHECK(is_table("explain create tview a as select 1"));
    CHECK(is_table("explain (analyze, costs off) create tview a as select 1"));
}

TEST(blanks_and_comments_may_stand_between) {
    CHECK(is_table("create /* x */ tview a as select 1"));
    CHECK(is_table("create -- x\n tview a as select 1"));
    CHECK(is_table("/* /* nested */ */ create\ttview\na as select 1"));
    CHECK(is_table("drop/**/tview/**/a"));
    CHECK(is_table("drop tview -- which?\n a"));
    CHECK(is_table("comment on tview/* x */a/* y */is 'z'"));
}

TEST(quoted_names_may_follow) {
    CHECK(is_table("drop tview \"A b\""));
    CHECK(is_table("drop tview\"A\""));
    CHECK(is_table("comment on tview \"a\"\"b\".\"c\" is 'x'"));
    CHECK(is_table("create tview \"Select\" as select 1"));
    CHECK(is_table("drop tview u&\"\\0041\""));
}

TEST(second_statement_of_a_string_counts) {
    CHECK(is_table("select 1; drop tview a"));
    CHECK(is_table("select ';'; create tview a as select 1"));
    CHECK(is_table("select $$ ; $$ ; drop tview a; select 2"));
}

TEST(tview_stays_a_name_elsewhere) {
    CHECK(is_identifier("select * from tview"));
    CHECK(is_identifier("truncate tview"));
    CHECK(is_identifier("select tview.id from tview join comment on tview.id = comment.id"));
    CHECK(is_identifier("select drop tview from t"));
    CHECK(is_identifier("create table tview (a int)"));
    CHECK(is_identifier("drop table tview"));
    CHECK(is_identifier("select 'create' tview"));
    CHECK(is_identifier("select \"create\" tview from t"));
    CHECK(is_identifier("create schema tview"));
    CHECK(is_identifier("tview"));
    CHECK(is_identifier("alter table t rename tview to x"));
}

TEST(truncated_text_is_read_to_its_end_only) {
    const std::string sql =
        "comment on tview \"a\"\"b\" . c /* x */ is $t$ y $t$; create or replace tview u&\"z\" as select E'\\''";
    for (std::size_t length = 0; length <= sql.size(); length++)
        (void)role(std::string_view(sql).substr(0, length));
    CHECK(role(sql) == TViewRole::view);
}

TEST(last_token_sees_through_comments_and_quotes) {
    const auto last = [](std::string_view sql) {
        ScanBuffer buffer(sql);
        return sql_text::last_token(buffer.begin(), buffer.end());
    };
    CHECK(last("select 1;") == ';');
    CHECK(last("select 1; -- ; \n") == ';');
    CHECK(last("select ';'") == '\'');
    CHECK(last("select E'\\';'") == '\'');
    CHECK(last("a /* ; */") == 'a');
    CHECK(last("") == '\0');
    CHECK(last("select 'open") == '?');
}
