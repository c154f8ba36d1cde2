// What each aggregate of a query means for delta, and which columns belong together. Pure; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/delta_columns.hpp"

#include "pg/nodes.hpp"
#include "plan/known.hpp"
#include "plan/never_null.hpp"
#include "plan/numeric_scale.hpp"

namespace pgtv::plan {
namespace {

struct KnownAggregate {
    const char *name; // in pg_catalog
    Combine combine;
};

constexpr KnownAggregate known_aggregates[] = {
    {"count", Combine::count},     {"sum", Combine::sum},          {"avg", Combine::average},
    {"min", Combine::smallest},    {"max", Combine::largest},      {"bool_and", Combine::all_true},
    {"every", Combine::all_true},  {"bool_or", Combine::any_true}, {"bit_and", Combine::all_bits},
    {"bit_or", Combine::any_bits},
};

bool is_plain(const Aggref *call) {
    return call->aggdistinct == NIL && call->aggorder == NIL && call->aggdirectargs == NIL && call->agglevelsup == 0 &&
           list_length(call->args) <= 1;
}

bool is_exact_number(Oid type) {
    return type == INT2OID || type == INT4OID || type == INT8OID || type == NUMERICOID;
}

bool is_integer(Oid type) {
    return type == INT2OID || type == INT4OID || type == INT8OID;
}

/** Does the aggregate of these inputs follow from what is added and taken away? */
bool is_exact(Combine combine, Oid input) {
    switch (combine) {
    case Combine::sum:
        return is_exact_number(input) || input == CASHOID || input == INTERVALOID;
    case Combine::average:
        return is_exact_number(input) || input == INTERVALOID;
    case Combine::all_bits:
    case Combine::any_bits:
        return is_integer(input);
    default:
        return true;
    }
}

const KnownAggregate *find_known(const Aggref *call) {
    if (get_func_namespace(call->aggfnoid) != PG_CATALOG_NAMESPACE)
        return nullptr;
    const char *name = get_func_name(call->aggfnoid);
    for (const KnownAggregate &known : known_aggregates)
        if (strcmp(name, known.name) == 0)
            return &known;
    return nullptr;
}

bool same_inputs(const Aggref *one, const Aggref *other) {
    return equal(one->aggfilter, other->aggfilter) && equal(argument_of(one), argument_of(other));
}

} // namespace

Node *argument_of(const Aggref *call) {
    return call->args == NIL ? nullptr : reinterpret_cast<Node *>(linitial_node(TargetEntry, call->args)->expr);
}

DeltaColumn plain_column(Combine combine, const Node *expression) {
    DeltaColumn column{};
    column.combine = combine;
    column.inputs = column.known_inputs = column.sum = column.average = column.scale = -1;
    column.type = exprType(expression);
    column.collation = exprCollation(expression);
    return column;
}

bool describe_aggregate(const Aggref *call, DeltaColumn *column) {
    const KnownAggregate *known = is_plain(call) ? find_known(call) : nullptr;
    const Oid input = argument_of(call) == nullptr ? InvalidOid : exprType(argument_of(call));
    if (known == nullptr || !is_exact(known->combine, input))
        return false;
    column->combine = known->combine;
    column->call = call;
    if (column->combine == Combine::sum)
        column->scale = constant_scale(argument_of(call));
    if (column->combine != Combine::smallest && column->combine != Combine::largest)
        return true;
    column->compare = lookup_type_cache(column->type, TYPECACHE_CMP_PROC)->cmp_proc;
    column->can_seek = equality_is_identity(column->type, column->collation) || constant_scale(argument_of(call)) >= 0;
    return OidIsValid(column->compare);
}

int DeltaColumns::add(const DeltaColumn &column) {
    columns = lappend(columns, pg::make(column));
    return count() - 1;
}

int DeltaColumns::find_count(const Aggref *call) const {
    for (int i = 0; i < count(); ++i) {
        const DeltaColumn *column = at(i);
        if (column->combine == Combine::count && equal(column->call->aggfilter, call->aggfilter) &&
            null_together(query, argument_of(column->call), argument_of(call)))
            return i;
    }
    return -1;
}

int DeltaColumns::find_sum(const Aggref *average) const {
    for (int i = 0; i < count(); ++i)
        if (at(i)->combine == Combine::sum && same_inputs(at(i)->call, average))
            return i;
    return -1;
}

int DeltaColumns::find_row_count() const {
    for (int i = 0; i < count(); ++i) {
        const DeltaColumn *column = at(i);
        if (column->combine == Combine::count && column->call->aggfilter == nullptr &&
            (argument_of(column->call) == nullptr || never_null(query, argument_of(column->call))))
            return i;
    }
    return -1;
}

int DeltaColumns::find_call(const Aggref *call, bool none_is_zero) const {
    for (int i = 0; i < count(); ++i)
        if (at(i)->call != nullptr && at(i)->none_is_zero == none_is_zero && equal(at(i)->call, call))
            return i;
    return -1;
}

} // namespace pgtv::plan
