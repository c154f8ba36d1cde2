// Queries over the changed rows of one source, which they read as tv_delta_<oid> or tv_pair_<oid>. Lifetime: a call.
#pragma once

#include "pg/postgres.hpp"
#include "capture/descriptor.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** So many images are given as parameters, more as a relation. */
constexpr int64 images_as_parameters = 2;

/**
 * Which images stand in tv_delta_<oid>; marked: all, told apart by plan::old_marker; pairs: the rows of tv_pair_<oid>, see
 * plan/exchange.hpp.
 */
enum class ImageKind { all, old_only, new_only, marked, pairs };

struct ImageQuery {
    const plan::Rule *rule;
    const plan::SourceRule *source;
    const char *text;
    const char *purpose; // names the saved plan, together with the source
    ImageKind images;
    const List *reads =
        nullptr; // int list: columns of the source that the text reads, so that a repetition adds nothing; NIL: all
};

/** Runs the text once per image, with the image's columns as parameters. */
void run_by_parameters(const ImageQuery &query, DestReceiver *receiver);

/**
 * Runs the text with the images as a named relation; `images`: their number, for the planner. `reads_old`: the
 * sources whose tv_old_<oid> the text reads besides (list of Oid).
 */
void run_by_relation(const ImageQuery &query, int64 images, List *reads_old, DestReceiver *receiver);

/** The position of `column` in images of `layout`, from 0; -1 if they do not carry it (or layout is nullptr). */
int position_of(const capture::ImageLayout *layout, AttrNumber column);

} // namespace pgtv::maintenance
