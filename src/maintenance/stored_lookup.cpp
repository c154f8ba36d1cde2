// Index scans for stored rows: they find exactly what the query `WHERE k = …` would, without its plan.

#include "pg/postgres.hpp"
#include "maintenance/stored_lookup.hpp"

#include "maintenance/key_index.hpp"

namespace pgtv::maintenance {
namespace {

AttrNumber *columns_of_key(const plan::Rule *rule) {
    auto *columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * static_cast<Size>(rule->key_count)));
    for (int i = 0; i < rule->key_count; i++)
        columns[i] = rule->keys[i].attnum;
    return columns;
}

} // namespace

const KeyIndex *stored_index(RuleQueries *queries, Relation table) {
    if (!queries->index_sought)
        queries->index = find_key_index(queries, {table, columns_of_key(queries->rule), false});
    queries->index_sought = true;
    return queries->index;
}

bool read_stored_by_index(RuleQueries *queries, const KeyChunk &chunk, Side put_as, RowSink *diff) {
    Relation table = table_open(queries->rule->tview, AccessShareLock);
    const KeyIndex *index = stored_index(queries, table);
    if (index != nullptr) {
        KeyScan scan(queries, index, table);
        for (int i = 0; i < chunk.count; i++) {
            CHECK_FOR_INTERRUPTS();
            for (scan.seek(chunk, i); scan.next();)
                diff->put(put_as, &scan.row()->tts_tid, scan.row()->tts_values, scan.row()->tts_isnull);
        }
        scan.end();
    }
    table_close(table, NoLock);
    return index != nullptr;
}

} // namespace pgtv::maintenance
