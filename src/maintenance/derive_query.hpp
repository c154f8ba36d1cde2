// The three ways to get the keys of one changed source. Lifetime: one derivation.
#pragma once

#include "pg/postgres.hpp"
#include "maintenance/key_collector.hpp"
#include "maintenance/key_set.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

struct Derivation {
    const plan::Rule *rule;
    const plan::SourceRule *source;
    KeyCollector *collector;
};

/** K is a list of columns of the images: no query. */
void take_direct_keys(const Derivation &derivation);

/** The same for images that have one key in common: copies its values. False: they have several. */
bool take_only_key(Oid tview, const plan::SourceRule *source, KeySet *key);

/** Runs derive_single once per image, with the image's columns as parameters. */
void derive_by_parameters(const Derivation &derivation);

/** Runs derive_single or (not alone) derive_multi with the images as named relations. */
void derive_by_relation(const Derivation &derivation, int64 images, bool alone);

} // namespace pgtv::maintenance
