// Statements of our own on the tables of schema tview, run through SPI as the extension, whoever the user is.
// Lifetime: a scope; abort-safe, transaction abort ends SPI and restores the user.
#pragma once

#include "pg/identity.hpp"
#include "pg/postgres.hpp"

#include <initializer_list>

namespace pgtv::pg {

/** A parameter of a statement. */
struct SqlValue {
    Oid type;
    Datum datum;
    bool null;

    static SqlValue of_relation(Oid relid) {
        return {REGCLASSOID, ObjectIdGetDatum(relid), false};
    }
    static SqlValue of_text(const char *text) {
        return {TEXTOID, text == nullptr ? Datum(0) : CStringGetTextDatum(text), text == nullptr};
    }
    static SqlValue of_time(TimestampTz time) {
        return {TIMESTAMPTZOID, TimestampTzGetDatum(time), false};
    }
    static SqlValue of_integer(int32 value) {
        return {INT4OID, Int32GetDatum(value), false};
    }
    static SqlValue of_double(double value) {
        return {FLOAT8OID, Float8GetDatum(value), false};
    }
};

/**
 * SPI as the bootstrap superuser with pinned settings. Every name in a statement is qualified or in pg_catalog.
 * Statements see what is committed when they begin (READ COMMITTED), and wait for row locks as any other.
 */
class Sql {
public:
    Sql();
    ~Sql();
    Sql(const Sql &) = delete;
    Sql &operator=(const Sql &) = delete;

    /** Runs one statement; returns how many rows it returned or changed. */
    uint64 run(const char *statement, std::initializer_list<SqlValue> values);

    /** Column `column` (from 1) of row `row` of the last result as text in the caller's memory; NULL for NULL. */
    [[nodiscard]] char *text(uint64 row, int column) const;

    /** The first column of the first row, which is of a composite type and not NULL, in the caller's memory. */
    [[nodiscard]] Datum composite() const;

private:
    MemoryContext caller_;
    RunAs run_as_;
};

} // namespace pgtv::pg
