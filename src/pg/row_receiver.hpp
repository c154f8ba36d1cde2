// Where the executor sends the rows of a query. Lifetime: the receiver's own; abort-safe if its visitor is.
#pragma once

#include "pg/bridge.hpp"
#include "pg/postgres.hpp"

namespace pgtv::pg {

/**
 * Calls `visit(slot)` for each row, its columns fetched; false ends the query. The owner frees it, never the server. It
 * counts as a tuplestore: SPI reports that a query sent to DestNone is none.
 */
template <typename Visit>
class RowReceiver final : public DestReceiver {
public:
    explicit RowReceiver(Visit visit) : DestReceiver{receive, start, stop, stop, DestTuplestore}, visit_(visit) {}

private:
    static bool receive(TupleTableSlot *row, DestReceiver *self) {
        return boundary([=] {
            slot_getallattrs(row);
            return static_cast<RowReceiver *>(self)->visit_(row);
        });
    }
    static void start(DestReceiver * /*self*/, int /*operation*/, TupleDesc /*desc*/) {}
    static void stop(DestReceiver * /*self*/) {}

    Visit visit_;
};

} // namespace pgtv::pg
