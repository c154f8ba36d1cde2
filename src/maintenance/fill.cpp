// Fills the table of a new TVIEW the way COPY would: many rows to a page at once, no trigger, no index yet.
// Lifetime: a call.

#include "pg/postgres.hpp"
#include "pg_tviews/maintenance.hpp"

#include "pg/bridge.hpp"
#include "pg/identity.hpp"
#include "pg_tviews/catalog.hpp"

namespace pgtv::maintenance {
namespace {

constexpr int batch_rows = 1000;
constexpr Size batch_bytes = 64 * 1024;

/** Collects rows and inserts them a batch at a time. */
struct BulkLoader {
    DestReceiver base; // first: the server's handle
    Relation table;
    TupleTableSlot **slots; // [batch_rows], made as needed
    int used;
    Size bytes;
    MemoryContext memory;  // where slots live
    MemoryContext scratch; // of one batch
    BulkInsertState bulk;
    CommandId command;
    int options;
    int64 rows;
};

void insert_batch(BulkLoader *loader) {
    if (loader->used == 0)
        return;
    CHECK_FOR_INTERRUPTS();
    MemoryContext old = MemoryContextSwitchTo(loader->scratch);
    table_multi_insert(loader->table, loader->slots, loader->used, loader->command, loader->options, loader->bulk);
    MemoryContextSwitchTo(old);
    MemoryContextReset(loader->scratch);
    for (int i = 0; i < loader->used; i++)
        ExecClearTuple(loader->slots[i]);
    loader->rows += loader->used;
    loader->used = 0;
    loader->bytes = 0;
}

TupleTableSlot *next_slot(BulkLoader *loader) {
    if (loader->slots[loader->used] == nullptr) {
        MemoryContext old = MemoryContextSwitchTo(loader->memory);
        loader->slots[loader->used] = table_slot_create(loader->table, nullptr);
        MemoryContextSwitchTo(old);
    }
    return loader->slots[loader->used];
}

Size stored_size(TupleTableSlot *slot) {
    bool should_free = false;
    HeapTuple tuple = ExecFetchSlotHeapTuple(slot, false, &should_free);
    const Size size = tuple->t_len;
    if (should_free)
        heap_freetuple(tuple);
    return size;
}

bool load_row(TupleTableSlot *row, DestReceiver *self) {
    return pg::boundary([&] {
        auto *loader = reinterpret_cast<BulkLoader *>(self);
        TupleTableSlot *slot = next_slot(loader);
        TupleDesc desc = slot->tts_tupleDescriptor;
        slot_getallattrs(row);
        for (int i = 0, from = 0; i < desc->natts; i++) {
            const bool dropped = TupleDescAttr(desc, i)->attisdropped;
            slot->tts_isnull[i] = dropped || row->tts_isnull[from];
            slot->tts_values[i] = dropped ? Datum(0) : row->tts_values[from];
            from += dropped ? 0 : 1;
        }
        ExecStoreVirtualTuple(slot);
        ExecMaterializeSlot(slot); // the row is the executor's, and gone with the next one
        loader->used++;
        loader->bytes += stored_size(slot);
        if (loader->used == batch_rows || loader->bytes > batch_bytes)
            insert_batch(loader);
        return true;
    });
}

void ignore_start(DestReceiver * /*self*/, int /*operation*/, TupleDesc /*desc*/) {
    pg::boundary([] {});
}

void ignore_receiver(DestReceiver * /*self*/) {
    pg::boundary([] {});
}

BulkLoader *begin_load(Relation table) {
    auto *loader = static_cast<BulkLoader *>(palloc0(sizeof(BulkLoader)));
    loader->base.receiveSlot = load_row;
    loader->base.rStartup = ignore_start;
    loader->base.rShutdown = ignore_receiver;
    loader->base.rDestroy = ignore_receiver;
    loader->base.mydest = DestTuplestore;
    loader->table = table;
    loader->slots = static_cast<TupleTableSlot **>(palloc0(sizeof(TupleTableSlot *) * batch_rows));
    loader->memory = CurrentMemoryContext;
    loader->scratch = AllocSetContextCreate(CurrentMemoryContext, "pg_tviews fill batch", ALLOCSET_DEFAULT_SIZES);
    loader->bulk = GetBulkInsertState();
    loader->command = GetCurrentCommandId(true);
    loader->options = TABLE_INSERT_SKIP_FSM;
    return loader;
}

void end_load(BulkLoader *loader) {
    insert_batch(loader);
    FreeBulkInsertState(loader->bulk);
    table_finish_bulk_insert(loader->table, loader->options);
    for (int i = 0; i < batch_rows && loader->slots[i] != nullptr; i++)
        ExecDropSingleTupleTableSlot(loader->slots[i]);
}

void load_query(BulkLoader *loader, Oid view) {
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    SPIExecuteOptions options = {};
    options.read_only = true; // exactly the active snapshot
    options.dest = &loader->base;
    const int result = SPI_execute_extended(psprintf("SELECT * FROM %s", pg::qualified_name(view)), &options);
    if (result != SPI_OK_SELECT)
        elog(ERROR, "could not run the query of a tview: %s", SPI_result_code_string(result));
    SPI_finish();
}

} // namespace

int64 fill(Oid tview) {
    const catalog::TView *row = catalog::get_tview(tview);
    CommandCounterIncrement();
    PushActiveSnapshot(GetLatestSnapshot());
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "pg_tviews fill", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(memory);
    Relation table = table_open(tview, RowExclusiveLock);
    BulkLoader *loader = begin_load(table);
    {
        const pg::RunAs owner(pg::relation_owner(tview));
        load_query(loader, row->view);
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
