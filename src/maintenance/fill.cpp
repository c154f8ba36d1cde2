// Fills the table of a new TVIEW the way COPY would: many rows to a page at once, no trigger, no index yet.
// Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg_tviews/maintenance.hpp"

#include "maintenance/row_batch.hpp"
#include "pg/identity.hpp"
#include "pg/row_receiver.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::maintenance {
namespace {

/** Collects rows and inserts them a batch at a time. */
struct BulkLoader {
    RowBatch *batch;
    CommandId command;
    int64 rows;
};

void insert_batch(BulkLoader *loader) {
    if (loader->batch->count() == 0)
        return;
    loader->batch->write(loader->command);
    loader->rows += loader->batch->count();
    loader->batch->clear();
}

void load_row(BulkLoader *loader, const TupleTableSlot *row) {
    TupleTableSlot *slot = loader->batch->next_slot();
    TupleDesc desc = slot->tts_tupleDescriptor;
    for (int i = 0, from = 0; i < desc->natts; i++) {
        const bool dropped = TupleDescAttr(desc, i)->attisdropped;
        slot->tts_isnull[i] = dropped || row->tts_isnull[from];
        slot->tts_values[i] = dropped ? Datum(0) : row->tts_values[from];
        from += dropped ? 0 : 1;
    }
    if (loader->batch->keep())
        insert_batch(loader);
}

BulkLoader *begin_load(Relation table) {
    auto *loader = static_cast<BulkLoader *>(palloc0(sizeof(BulkLoader)));
    loader->batch = new (palloc(sizeof(RowBatch))) RowBatch(table, TABLE_INSERT_SKIP_FSM);
    loader->command = GetCurrentCommandId(true);
    return loader;
}

void end_load(BulkLoader *loader) {
    insert_batch(loader);
    loader->batch->end();
}

void load_query(BulkLoader *loader, Oid view) {
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    pg::RowReceiver receiver([loader](const TupleTableSlot *row) {
        load_row(loader, row);
        return true;
    });
    SPIExecuteOptions options = {};
    options.read_only = true; // exactly the active snapshot
    options.dest = &receiver;
    const int result = SPI_execute_extended(psprintf("SELECT * FROM %s", pg::qualified_name(view)), &options);
    if (result != SPI_OK_SELECT)
        elog(ERROR, "could not run the query of a tview: %s", SPI_result_code_string(result));
    SPI_finish();
}

} // namespace

int64 fill(Oid tview) {
    CommandCounterIncrement();
    PushActiveSnapshot(GetLatestSnapshot());
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "pg_tviews fill", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(memory);
    Relation table = table_open(tview, RowExclusiveLock);
    BulkLoader *loader = begin_load(table);
    {
        const pg::RunAs owner(pg::relation_owner(tview));
        load_query(loader, get_rule(tview)->view);
        end_load(loader);
    }
    const int64 rows = loader->rows;
    table_close(table, NoLock);
    MemoryContextSwitchTo(old);
    MemoryContextDelete(memory);
    PopActiveSnapshot();
    CommandCounterIncrement();
    return rows;
}

} // namespace pgtv::maintenance
