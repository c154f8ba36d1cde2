// Statements of our own on the tables of schema tview. Lifetime: a scope.

#include "pg/postgres.hpp"
#include "pg/sql.hpp"

namespace pgtv::pg {

Sql::Sql() : caller_(CurrentMemoryContext), run_as_(BOOTSTRAP_SUPERUSERID) {
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    MemoryContextSwitchTo(caller_); // what is allocated in the scope outlives it
}

Sql::~Sql() {
    SPI_finish();
}

uint64 Sql::run(const char *statement, std::initializer_list<SqlValue> values) {
    const size_t count = values.size();
    auto *types = static_cast<Oid *>(palloc(sizeof(Oid) * (count + 1)));
    auto *datums = static_cast<Datum *>(palloc(sizeof(Datum) * (count + 1)));
    auto *nulls = static_cast<char *>(palloc(count + 1));
    int i = 0;
    for (const SqlValue &value : values) {
        types[i] = value.type;
        datums[i] = value.datum;
        nulls[i++] = value.null ? 'n' : ' ';
    }
    const int result = SPI_execute_with_args(statement, int(count), types, datums, nulls, false, 0);
    if (result < 0)
        elog(ERROR, "could not run \"%s\": %s", statement, SPI_result_code_string(result));
    MemoryContextSwitchTo(caller_);
    return SPI_processed;
}

char *Sql::text(uint64 row, int column) const {
    const char *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
    return value == nullptr ? nullptr : MemoryContextStrdup(caller_, value);
}

Datum Sql::composite() const {
    bool null;
    const Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null);
    const MemoryContext before = MemoryContextSwitchTo(caller_);
    const Datum copy = datumCopy(value, false, -1);
    MemoryContextSwitchTo(before);
    return copy;
}

} // namespace pgtv::pg
