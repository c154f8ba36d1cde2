// Builds the layout of the images of a source from the rules of the TVIEWs that read it, and the route from one table
// of the source's tree to it. Lifetime: the memory context given.

#include "pg/postgres.hpp"
#include "capture/layout.hpp"

#include "capture/rule_cache.hpp"

namespace pgtv::capture {
namespace {

/** A TVIEW that captures changes of the source. */
struct Reader {
    const CachedTView *tview;
    const plan::SourceRule *rule;
    bool blind; // reads a column whose value triggers do not get: any change may matter, and images cannot tell
};

/** A manual TVIEW, and one that is not populated, is recomputed as a whole on request. */
bool captures(const CachedTView *tview) {
    return tview->populated && tview->refresh != catalog::RefreshMode::manual;
}

bool is_blind(Relation source, const plan::SourceRule *rule) {
    TupleDesc desc = RelationGetDescr(source);
    for (int i = 0; i < desc->natts; i++) {
        if (compat::computed_when_read(TupleDescAttr(desc, i)) &&
            (rule->whole_row || bms_is_member(i + 1, rule->watched)))
            return true;
    }
    return false;
}

List *find_readers(Relation source) {
    List *readers = NIL;
    ListCell *cell;
    foreach (cell, catalog::tviews_reading(RelationGetRelid(source))) {
        const CachedTView *tview = find_tview(lfirst_oid(cell)); // another session may have dropped it just now
        const plan::SourceRule *rule =
            tview != nullptr ? plan::find_source(tview->rule, RelationGetRelid(source)) : nullptr;
        if (rule == nullptr || !captures(tview))
            continue;
        auto *reader = static_cast<Reader *>(palloc(sizeof(Reader)));
        *reader = Reader{tview, rule, is_blind(source, rule)};
        readers = lappend(readers, reader);
    }
    return readers;
}

bool takes_images(const Reader *reader) {
    if (reader->rule->strategy == plan::Strategy::delta)
        return !reader->blind;
    return reader->tview->rule->key_count > 0 && reader->rule->strategy != plan::Strategy::full && !reader->blind;
}

Bitmapset *image_columns(List *readers) {
    Bitmapset *columns = nullptr;
    ListCell *cell;
    foreach (cell, readers) {
        auto *reader = static_cast<Reader *>(lfirst(cell));
        if (!takes_images(reader))
            continue;
        ListCell *column;
        foreach (column, reader->rule->columns)
            if (lfirst_int(column) > 0)
                columns = bms_add_member(columns, lfirst_int(column));
        for (int i = 0; i < reader->rule->direct_count; i++)
            columns = bms_add_member(columns, reader->rule->direct[i]);
    }
    return columns;
}

TupleDesc image_desc(Relation source, const AttrNumber *columns, int count) {
    TupleDesc desc = CreateTemplateTupleDesc(count);
    for (int i = 0; i < count; i++)
        TupleDescCopyEntry(desc, AttrNumber(i + 1), RelationGetDescr(source), columns[i]);
    return desc;
}

void set_consumers(ImageLayout *layout, List *readers) {
    layout->consumer_count = list_length(readers);
    layout->consumers = static_cast<Consumer *>(palloc0(sizeof(Consumer) * size_t(layout->consumer_count)));
    ListCell *cell;
    foreach (cell, readers) {
        auto *reader = static_cast<Reader *>(lfirst(cell));
        layout->consumers[foreach_current_index(cell)] = Consumer{reader->tview->tview, takes_images(reader)};
    }
}

ImageLayout *make_layout(Relation source, List *readers) {
    auto *layout = static_cast<ImageLayout *>(palloc0(sizeof(ImageLayout)));
    layout->source = RelationGetRelid(source);
    const Bitmapset *columns = image_columns(readers);
    layout->columns = static_cast<AttrNumber *>(palloc0(sizeof(AttrNumber) * size_t(bms_num_members(columns) + 1)));
    for (int column = -1; (column = bms_next_member(columns, column)) >= 0;)
        layout->columns[layout->column_count++] = AttrNumber(column);
    layout->desc = image_desc(source, layout->columns, layout->column_count);
    set_consumers(layout, readers);
    return layout;
}

/** Which consumers watch column `column` of the source. */
ConsumerSet watchers(List *readers, AttrNumber column) {
    ConsumerSet result = 0;
    ListCell *cell;
    foreach (cell, readers) {
        auto *reader = static_cast<Reader *>(lfirst(cell));
        if (reader->rule->whole_row || reader->blind || bms_is_member(column, reader->rule->watched) ||
            list_member_int(reader->rule->columns, column))
            result |= consumer_bit(foreach_current_index(cell));
    }
    return result;
}

/** The attribute number in `table` of column `column` of `source`; partitions and children have other numbers. */
AttrNumber attribute_in(Relation table, Relation source, AttrNumber column) {
    if (RelationGetRelid(table) == RelationGetRelid(source))
        return column;
    const char *name = NameStr(TupleDescAttr(RelationGetDescr(source), column - 1)->attname);
    const AttrNumber result = get_attnum(RelationGetRelid(table), name);
    if (result <= 0)
        elog(ERROR, "column \"%s\" of \"%s\" not found in \"%s\"", name, RelationGetRelationName(source),
             RelationGetRelationName(table));
    return result;
}

bool in_image(const ImageLayout *layout, AttrNumber column) {
    return std::find(layout->columns, layout->columns + layout->column_count, column) !=
           layout->columns + layout->column_count;
}

void set_watched(Route *route, Relation table, Relation source, List *readers) {
    TupleDesc desc = RelationGetDescr(source);
    route->watched = static_cast<WatchedColumn *>(palloc0(sizeof(WatchedColumn) * size_t(desc->natts + 1)));
    for (int i = 0; i < desc->natts; i++) {
        const Form_pg_attribute attribute = TupleDescAttr(desc, i);
        const auto column = AttrNumber(i + 1);
        const ConsumerSet consumers = attribute->attisdropped ? 0 : watchers(readers, column);
        if (consumers == 0)
            continue;
        const AttrNumber attnum = attribute_in(table, source, column);
        route->highest = std::max(route->highest, attnum);
        route->watched[route->watched_count++] =
            WatchedColumn{attnum, attribute->attbyval, in_image(route->layout, column), attribute->attlen, consumers};
    }
}

} // namespace

bool fill_route(Route *route, Relation table, Relation source) {
    List *readers = find_readers(source);
    if (readers == NIL)
        return false;
    const ImageLayout *layout = make_layout(source, readers);
    *route = Route{};
    route->layout = layout;
    for (int i = 0; i < layout->consumer_count; i++)
        route->everybody |= consumer_bit(i);
    set_watched(route, table, source, readers);
    route->image_columns = static_cast<AttrNumber *>(palloc0(sizeof(AttrNumber) * size_t(layout->column_count + 1)));
    for (int i = 0; i < layout->column_count; i++) {
        route->image_columns[i] = attribute_in(table, source, layout->columns[i]);
        route->highest = std::max(route->highest, route->image_columns[i]);
    }
    return true;
}

const ImageLayout *make_layout_for(Relation source, const CachedTView *tview) {
    const plan::SourceRule *rule = plan::find_source(tview->rule, RelationGetRelid(source));
    if (rule == nullptr)
        return nullptr;
    Reader reader = {tview, rule, is_blind(source, rule)};
    return make_layout(source, list_make1(&reader));
}

bool same_layout(const ImageLayout *a, const ImageLayout *b) {
    if (a->source != b->source || a->column_count != b->column_count || a->consumer_count != b->consumer_count)
        return false;
    for (int i = 0; i < a->consumer_count; i++) {
        if (a->consumers[i].tview != b->consumers[i].tview ||
            a->consumers[i].takes_images != b->consumers[i].takes_images)
            return false;
    }
    return std::equal(a->columns, a->columns + a->column_count, b->columns) && equalTupleDescs(a->desc, b->desc);
}

} // namespace pgtv::capture
