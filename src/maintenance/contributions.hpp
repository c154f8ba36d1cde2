// What the changed rows of one source contribute to the groups of a TVIEW, old and new images apart. Lifetime: the
// flush of one TVIEW, in the memory context current when it is computed.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/capture.hpp"
#include "pg_tviews/plan.hpp"
#include "plan/delta.hpp"

namespace pgtv::maintenance {

/** A row of a contribution: the visible columns of the TVIEW in order, then those that DeltaPlan adds. */
struct Contribution {
    Datum *values; // nullptr: none of these images reaches the group
    bool *nulls;
};

struct GroupChange {
    Contribution gained; // by new images
    Contribution lost;   // by old images
    uint32 hash;
    bool stored; // a row of the TVIEW was found for it
    GroupChange *next;
};

class Contributions {
public:
    explicit Contributions(const plan::Rule *rule);

    /**
     * Evaluates the images one by one, without a query: if there are few and the source allows it. Groups must be stored
     * already.
     */
    bool evaluate(const plan::SourceRule *source, const capture::SourceChanges *change);

    /**
     * Runs the query of the source's exchange, if it has one and the changes are such updates. False: they are not, or there are
     * too many groups for memory. Groups must be stored already.
     */
    bool exchange(const plan::SourceRule *source, const capture::SourceChanges *change);

    /** Runs the contribution query over the images, as the TVIEW's owner. False: too many groups for memory. */
    bool compute(const plan::SourceRule *source, const capture::SourceChanges *change);

    /** The change of the group to which the row `values` (in the order of the TVIEW's live columns) belongs. */
    GroupChange *find(const Datum *values, const bool *nulls) const;

    template <typename Visitor>
    void for_each(Visitor visitor) const {
        for (uint32 i = 0; i < room_; i++)
            for (GroupChange *group = heads_[i]; group != nullptr; group = group->next)
                visitor(group);
    }

    /** Do the changed rows neither make nor empty groups? */
    [[nodiscard]] bool keep_groups() const {
        return keep_groups_;
    }

    /** Takes a row of the contribution query. False: there is no memory for more. */
    bool put(const Datum *values, const bool *nulls);
    /** Takes a row of the query over old and new images at once. */
    bool put_marked(const Datum *values, const bool *nulls) {
        old_ = DatumGetBool(values[width_]);
        return put(values, nulls);
    }
    /** The same of the query of an exchange. */
    bool put_pair(Datum *values, bool *nulls);

private:
    void tell_apart_by(bool key);
    void run_both(const plan::SourceRule *source, int64 images);
    void run(const plan::SourceRule *source, bool old, int64 images);
    [[nodiscard]] bool within_memory() const;
    GroupChange *get(const Datum *values, const bool *nulls);
    [[nodiscard]] uint32 hash(const Datum *values, const bool *nulls) const;
    [[nodiscard]] bool same_group(const Contribution &row, const Datum *values, const bool *nulls) const;
    void grow();

    const plan::Rule *rule_;
    MemoryContext memory_;
    int width_; // columns of a contribution
    int match_count_ = 0;
    int *match_; // [match_count_] positions of the columns that tell groups apart
    bool keep_groups_ = false;
    bool old_ = false; // what put() receives
    int64 count_ = 0;
    uint32 room_ = 0; // a power of two
    GroupChange **heads_ = nullptr;
    int16 *lengths_; // of the visible columns' types
    bool *by_value_;
};

} // namespace pgtv::maintenance
