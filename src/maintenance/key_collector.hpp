// Collects the keys which a derivation yields, each once as far as memory allows. Lifetime: one derivation; the
// memory context in which it was created.
#pragma once

#include "pg/postgres.hpp"
#include "pg_tviews/plan.hpp"

namespace pgtv::maintenance {

/** So many keys are recomputed by key, however small the TVIEW is. */
constexpr int64 always_keyed = 1000;

class KeyCollector {
public:
    KeyCollector(const plan::Rule *rule, TupleDesc desc, bool any_number);

    /** Adds a key; `values` in the order of K. False when there are so many that everything is to be recomputed. */
    bool add(Datum *values, bool *nulls);

    [[nodiscard]] bool overflowed() const {
        return overflowed_;
    }
    [[nodiscard]] int64 count() const {
        return count_;
    }
    [[nodiscard]] Tuplestorestate *keys() const {
        return keys_;
    }

    /** A receiver that adds the rows of a query; to be destroyed by nobody (it lives in this object's context). */
    DestReceiver *receiver();

private:
    bool added_lately(const Datum *values, const bool *nulls);
    bool is_new(MinimalTuple key);
    void grow();
    void insert(MinimalTuple key, uint32 hash);
    bool past_limit();

    struct Known {
        MinimalTuple key;
        uint32 hash;
    };

    static constexpr uint32 recent_count = 64;

    const plan::Rule *rule_;
    TupleDesc desc_;
    MemoryContext memory_;
    Tuplestorestate *keys_;
    TupleTableSlot *slot_;
    int64 count_ = 0;
    int64 limit_ = -1; // keys beyond which recomputing everything is cheaper; -1 = not computed yet
    bool any_number_;  // there are never so many that everything is to be recomputed
    bool overflowed_ = false;
    Datum *recent_ = nullptr; // [recent_count][columns] keys added lately; nullptr: not all are passed by value
    bool recent_set_[recent_count] = {};
    Known *known_ = nullptr; // open addressing, [room_], room_ a power of two
    uint32 room_ = 0;
    uint32 filled_ = 0;
    Size memory_used_ = 0;
};

} // namespace pgtv::maintenance
