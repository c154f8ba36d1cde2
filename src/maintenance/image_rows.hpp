// From images of changed rows to rows that queries over them read. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "capture/descriptor.hpp"
#include "maintenance/image_query.hpp"
#include "pg_tviews/capture.hpp"

namespace pgtv::maintenance {

/** The columns of such a row: first those which derivations need of the source, then what pairs or marks add. */
struct RowColumns {
    int count;
    int own;        // how many are of the image itself; the rest is of the old image before it, or the mark
    int *positions; // [count] in the image, from 0; -1: the mark, or nothing is pending
    bool whole;     // such rows are just the images
    TupleDesc desc;
};

/** `layout` is nullptr when nothing is pending. */
RowColumns row_columns(const ImageQuery &query, const capture::ImageLayout *layout);

/** Takes images one after the other and says which make a row. */
class ImageRows {
public:
    ImageRows(const ImageQuery &query, const capture::ImageLayout *layout, const RowColumns *columns);
    /** True: the row is there. False: the image counts for nothing, or waits for the next one. */
    bool take(MinimalTuple image, bool old);
    void put_into(Tuplestorestate *store);
    /** Fills values() and nulls(). */
    void form();
    [[nodiscard]] Datum *values() const {
        return values_;
    }
    [[nodiscard]] bool *nulls() const {
        return nulls_;
    }
    void end();

private:
    void fill(const TupleTableSlot *from, int first, int end);

    ImageKind kind_;
    const RowColumns *columns_;
    Bitmapset *read_ =
        nullptr; // positions in the image: what repeats the former image there is left out; nullptr: nothing is
    TupleTableSlot *image_;
    TupleTableSlot *former_;
    bool old_ = false; // is it an old image that was taken?
    Datum *values_;    // [columns->count]
    bool *nulls_;
};

/** Do two images agree at these positions, bit by bit? */
bool same_at(const TupleTableSlot *one, const TupleTableSlot *other, const Bitmapset *positions);

/** Are the changes only updates of rows that keep their values in `columns` (int list)? */
bool only_updates_beside(const plan::Rule *rule, const capture::SourceChanges *change, const List *columns);

} // namespace pgtv::maintenance
