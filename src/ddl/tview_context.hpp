// Decides from the words looked up before it, and from the text around it, whether `tview` stands where TABLE or
// VIEW stands in a command. Pure: no server, no allocation. Lifetime of the recorded words: the scan of a statement
// string; they may be stale, so nothing outside the word at hand is read before Memory has vouched for it.
#pragma once

#include <cstddef>

namespace pgtv::ddl {

/** What `tview` is to the grammar. */
enum class TViewRole { identifier, table, view };

/** What the judgement asks of its surroundings. */
struct Surroundings {
    /** May the bytes [from, to) be read? */
    bool (*readable)(const char *from, const char *to);
    /** Can this word be the name of a relation without quotes? */
    bool (*can_be_name)(const char *word, std::size_t length);
};

/** The last words looked up, newest first. */
class WordTrail {
public:
    struct Word {
        const char *start;
        std::size_t length;
    };
    static constexpr std::size_t capacity = 8;

    void push(const char *start, std::size_t length) {
        next_ = (next_ + capacity - 1) % capacity;
        words_[next_] = {start, length};
    }
    void clear() {
        for (Word &word : words_)
            word = {nullptr, 0};
    }
    /** The word looked up `age` lookups before the last one; start is nullptr if there is none. */
    [[nodiscard]] Word operator[](std::size_t age) const {
        return age < capacity ? words_[(next_ + age) % capacity] : Word{nullptr, 0};
    }

private:
    Word words_[capacity] = {};
    std::size_t next_ = 0;
};

/**
 * The role of the word `tview` (5 bytes, then the NUL which the lexer puts behind the word at hand), given the
 * words looked up before it.
 */
TViewRole judge_tview(const WordTrail &trail, const char *tview, const Surroundings &surroundings);

} // namespace pgtv::ddl
