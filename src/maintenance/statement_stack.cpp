// The stack of data-modifying commands in progress. Lifetime: transaction.

#include "pg/postgres.hpp"
#include "maintenance/statement_stack.hpp"

namespace pgtv::maintenance {
namespace {

struct Command {
    const void *identity;
    int level; // of the subtransaction it began in
};

Command *commands = nullptr; // [room], in TopMemoryContext
int depth = 0;
int room = 0;

struct Uncounted {
    int level = 0; // of its subtransaction; 0 = there is none
    TimestampTz sent = 0;
};
Uncounted uncounted;

bool refresh_inside = false;

void make_room() {
    if (depth < room)
        return;
    const int larger = room == 0 ? 16 : room * 2;
    const Size size = sizeof(Command) * Size(larger);
    commands = static_cast<Command *>(commands == nullptr ? MemoryContextAlloc(TopMemoryContext, size)
                                                          : repalloc(commands, size));
    room = larger;
}

} // namespace

void begin_modifying(const void *command) {
    make_room();
    commands[depth++] = Command{command, GetCurrentTransactionNestLevel()};
}

bool end_modifying(const void *command) {
    const int before = depth;
    while (depth > 0 && commands[depth - 1].identity != command)
        depth--;
    if (depth == 0) {
        depth = before;
        return false;
    }
    depth--;
    return true;
}

void begin_uncounted() {
    uncounted = Uncounted{GetCurrentTransactionNestLevel(), GetCurrentStatementStartTimestamp()};
}

void end_uncounted() {
    uncounted = Uncounted{};
}

bool uncounted_is_over() {
    return uncounted.level != 0 && uncounted.sent != GetCurrentStatementStartTimestamp();
}

bool modifying() {
    return depth > 0 || uncounted.level != 0;
}

void note_refresh_inside() {
    refresh_inside = true;
}

bool refreshed_inside() {
    return refresh_inside;
}

void forget_refresh_inside() {
    refresh_inside = false;
}

void forget_statements() {
    depth = 0;
    uncounted = Uncounted{};
}

void forget_statements_of_level(int level) {
    while (depth > 0 && commands[depth - 1].level >= level)
        depth--;
    if (uncounted.level >= level)
        uncounted = Uncounted{};
}

} // namespace pgtv::maintenance
