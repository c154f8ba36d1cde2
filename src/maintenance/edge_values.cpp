// Finds the values to lock, from the images of the changed rows and by the walk texts of the rule. Lifetime: a call.

#include "pg/postgres.hpp"
#include "maintenance/edge_values.hpp"

#include "capture/change_set.hpp"
#include "maintenance/image_query.hpp"
#include "maintenance/value_hash.hpp"
#include "pg/bridge.hpp"
#include "pg_tviews/capture.hpp"

namespace pgtv::maintenance {
namespace {

/** Values to be read off each image of a source. */
struct Probe {
    const ValueHash *hash;
    LockUse use;
    const AttrNumber *columns; // of the source
    int *positions;            // of these in the images
    Datum *values;             // room for one row
    bool *nulls;
};

Probe *make_probe(const ValueHash *hash, LockUse use, const AttrNumber *columns) {
    const auto count = static_cast<Size>(hash->column_count);
    auto *probe = static_cast<Probe *>(palloc(sizeof(Probe)));
    probe->hash = hash;
    probe->use = use;
    probe->columns = columns;
    probe->positions = static_cast<int *>(palloc(sizeof(int) * count));
    probe->values = static_cast<Datum *>(palloc(sizeof(Datum) * count));
    probe->nulls = static_cast<bool *>(palloc(sizeof(bool) * count));
    return probe;
}

/** What is looked up in all rows is wanted at once; for the rest a probe of the images is returned. */
void add_probe(List **probes, const ValueHash *hash, LockUse use, const AttrNumber *columns, ValueLocks *locks) {
    if (hash->column_count == 0 && use == looks_up)
        (void)locks->want(ValueKind::edge, hash->seed, use);
    else
        *probes = lappend(*probes, make_probe(hash, use, columns));
}

List *probes_of(const plan::Rule *rule, const plan::SourceRule *source, ValueLocks *locks) {
    const RuleHashes *hashes = hashes_of(rule);
    List *probes = NIL;
    ListCell *cell;
    foreach (cell, rule->edges) {
        const auto *edge = static_cast<plan::LockEdge *>(lfirst(cell));
        if (edge->source == source->source)
            add_probe(&probes, &hashes->edges[foreach_current_index(cell)], changes_rows, edge->columns, locks);
    }
    const ValueHash *readers = reader_hashes(hashes, source->source);
    foreach (cell, source->readers) {
        const auto *reader = static_cast<plan::EdgeReader *>(lfirst(cell));
        const ValueHash *hash = &readers[foreach_current_index(cell)];
        if (reader->direct != nullptr || hash->column_count == 0)
            add_probe(&probes, hash, looks_up, reader->direct, locks);
    }
    return probes;
}

void find_positions(List *probes, const capture::ImageLayout *layout) {
    ListCell *cell;
    foreach (cell, probes) {
        auto *probe = static_cast<Probe *>(lfirst(cell));
        for (int i = 0; i < probe->hash->column_count; i++) {
            probe->positions[i] = position_of(layout, probe->columns[i]);
            if (probe->positions[i] < 0)
                elog(ERROR, "images of relation %u lack column %d, by which its rows are looked up", layout->source,
                     probe->columns[i]);
        }
    }
}

void want_probed(const Probe *probe, const TupleTableSlot *image, ValueLocks *locks) {
    for (int i = 0; i < probe->hash->column_count; i++) {
        probe->values[i] = image->tts_values[probe->positions[i]];
        probe->nulls[i] = image->tts_isnull[probe->positions[i]];
    }
    if (!any_null(*probe->hash, probe->nulls))
        (void)locks->want(ValueKind::edge, hash_values(*probe->hash, probe->values, probe->nulls), probe->use);
}

/** Calls `visit` for each image while values can be locked one by one, with the scratch context current. */
template <typename Visit>
void visit_images(const plan::Rule *rule, const capture::ImageLayout *layout, const ValueLocks *locks, Visit visit) {
    const MemoryContext scratch = hashes_of(rule)->scratch;
    TupleTableSlot *slot = MakeTupleTableSlot(layout->desc, &TTSOpsMinimalTuple);
    const MemoryContext previous = MemoryContextSwitchTo(scratch);
    capture::for_each_image(rule->tview, layout->source, false, [&](MinimalTuple tuple, const capture::Image &image) {
        if (!locks->has_room())
            return;
        ExecStoreMinimalTuple(tuple, slot, false);
        slot_getallattrs(slot);
        visit(slot, image.unchanged);
        MemoryContextReset(scratch);
    });
    MemoryContextSwitchTo(previous);
    ExecClearTuple(slot);
}

/** Wants the values which a walk text yields. */
struct WalkReceiver {
    DestReceiver base; // first: the executor sees only this
    const ValueHash *hash;
    MemoryContext scratch;
    ValueLocks *locks;
};

bool receive(TupleTableSlot *row, DestReceiver *self) {
    return pg::boundary([=] {
        const auto *receiver = reinterpret_cast<WalkReceiver *>(self);
        slot_getallattrs(row);
        if (any_null(*receiver->hash, row->tts_isnull))
            return true;
        const MemoryContext previous = MemoryContextSwitchTo(receiver->scratch);
        const uint32 hash = hash_values(*receiver->hash, row->tts_values, row->tts_isnull);
        MemoryContextSwitchTo(previous);
        MemoryContextReset(receiver->scratch);
        return receiver->locks->want(ValueKind::edge, hash, looks_up);
    });
}

void start(DestReceiver *, int, TupleDesc) {}
void stop(DestReceiver *) {}

struct Walk {
    const plan::Rule *rule;
    const plan::SourceRule *source;
    const plan::EdgeReader *reader;
    int number; // of the reader
    bool alone; // no other source has changed
};

bool is_walked(const plan::Rule *rule, const plan::EdgeReader *reader) {
    const auto *edge = static_cast<plan::LockEdge *>(list_nth(rule->edges, reader->edge));
    return reader->direct == nullptr && edge->column_count > 0;
}

void run_walk(const Walk &walk, int64 images, ValueLocks *locks) {
    const plan::SourceRule *source = walk.source;
    const RuleHashes *hashes = hashes_of(walk.rule);
    WalkReceiver receiver = {};
    receiver.base = {receive, start, stop, stop, DestNone};
    receiver.hash = &reader_hashes(hashes, source->source)[walk.number];
    receiver.scratch = hashes->scratch;
    receiver.locks = locks;
    const char *text = walk.alone ? walk.reader->walk_single : walk.reader->walk_multi;
    const char *purpose = psprintf("walk %d %s", walk.number, walk.alone ? "alone" : "with others");
    const ImageQuery query = {walk.rule,      source,
                              text,           purpose,
                              ImageKind::all, walk.alone && !source->needs_old ? walk.reader->walk_reads : NIL};
    if (walk.alone && !source->needs_old && images <= images_as_parameters) {
        run_by_parameters(query, &receiver.base);
        return;
    }
    List *reads_old = walk.alone ? (source->needs_old ? list_make1_oid(source->source) : NIL) : source->multi_reads;
    run_by_relation(query, images, reads_old, &receiver.base);
}

/** False: no room for more. */
bool want_key(const RuleHashes *hashes, const Datum *values, const bool *nulls, LockUse use, ValueLocks *locks) {
    const MemoryContext previous = MemoryContextSwitchTo(hashes->scratch);
    const bool room = locks->want(ValueKind::key, hash_values(hashes->key, values, nulls), use);
    MemoryContextSwitchTo(previous);
    MemoryContextReset(hashes->scratch);
    return room;
}

/** Calls `visit(source rule, change)` for the changes that can reach the output. */
template <typename Visit>
void for_each_change(const plan::Rule *rule, List *changes, Visit visit) {
    ListCell *cell;
    foreach (cell, changes) {
        const auto *change = static_cast<capture::SourceChanges *>(lfirst(cell));
        const plan::SourceRule *source = plan::find_source(rule, change->source);
        if (!source->irrelevant)
            visit(source, change);
    }
}

} // namespace

/**
 * An update that leaves the image as it was changes the result of no derivation: what these read of a row is in its
 * image. So nobody who has looked the row up needs to be waited for.
 */
void want_values_of_images(const plan::Rule *rule, List *changes, ValueLocks *locks) {
    for_each_change(rule, changes, [=](const plan::SourceRule *source, const capture::SourceChanges *) {
        List *probes = probes_of(rule, source, locks);
        const capture::ImageLayout *layout = capture::find_pending_layout(rule->tview, source->source);
        if (probes == NIL || layout == nullptr)
            return;
        find_positions(probes, layout);
        visit_images(rule, layout, locks, [=](const TupleTableSlot *image, bool unchanged) {
            ListCell *cell;
            foreach (cell, probes) {
                const auto *probe = static_cast<Probe *>(lfirst(cell));
                if (probe->use == looks_up || !unchanged || source->whole_row)
                    want_probed(probe, image, locks);
            }
        });
    });
}

bool needs_walk(const plan::Rule *rule, List *changes) {
    bool walked = false;
    for_each_change(rule, changes, [&](const plan::SourceRule *source, const capture::SourceChanges *) {
        ListCell *cell;
        foreach (cell, source->readers)
            walked = walked || is_walked(rule, static_cast<plan::EdgeReader *>(lfirst(cell)));
    });
    return walked;
}

void want_values_of_walks(const plan::Rule *rule, List *changes, ValueLocks *locks) {
    const bool alone = list_length(changes) == 1;
    for_each_change(rule, changes, [=](const plan::SourceRule *source, const capture::SourceChanges *change) {
        ListCell *cell;
        foreach (cell, source->readers) {
            const auto *reader = static_cast<plan::EdgeReader *>(lfirst(cell));
            if (is_walked(rule, reader))
                run_walk(Walk{rule, source, reader, foreach_current_index(cell), alone}, change->images, locks);
        }
    });
}

void want_keys(const plan::Rule *rule, const KeySet &keys, LockUse use, ValueLocks *locks) {
    if (keys.count == 0)
        return;
    if (keys.keys == nullptr) {
        (void)want_key(hashes_of(rule), keys.values, keys.nulls, use, locks);
        return;
    }
    const RuleHashes *hashes = hashes_of(rule);
    TupleTableSlot *slot = MakeTupleTableSlot(keys.desc, &TTSOpsMinimalTuple);
    tuplestore_rescan(keys.keys);
    bool room = true;
    while (room && tuplestore_gettupleslot(keys.keys, true, false, slot)) {
        slot_getallattrs(slot);
        room = want_key(hashes, slot->tts_values, slot->tts_isnull, use, locks);
    }
    ExecClearTuple(slot);
}

} // namespace pgtv::maintenance
