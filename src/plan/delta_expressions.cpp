// Output columns and HAVING that compute with aggregates: they are computed again from the aggregates' new values. An
// aggregate that is no output column of its own must be found in one: as the value of a jsonb object, or, a sum, in the
// average that was made of it. Pure; memory: the current context.

#include "pg/postgres.hpp"
#include "plan/delta_columns.hpp"

#include "analysis/normalized_query.hpp"
#include "pg/nodes.hpp"
#include "plan/numeric_scale.hpp"

namespace pgtv::plan {
namespace {

struct Rewriting {
    DeltaColumns *columns;
    bool failed = false;
};

Var *var_of(const DeltaColumns *columns, int position) {
    const DeltaColumn *column = columns->at(position);
    return makeVar(1, static_cast<AttrNumber>(position + 1), column->type, -1, column->collation, 0);
}

/** The column of a call, added if it is not there yet; -1: it does not add up. */
int column_of_call(DeltaColumns *columns, const Aggref *call, bool none_is_zero) {
    const int known = columns->find_call(call, none_is_zero);
    if (known >= 0)
        return known;
    DeltaColumn column = plain_column(Combine::computed, reinterpret_cast<const Node *>(call));
    if (!describe_aggregate(call, &column))
        return -1;
    column.none_is_zero = none_is_zero;
    return columns->add(column);
}

/** The grouping or carried column that holds the value of `node`, -1 if there is none. */
int column_of_group(const DeltaColumns *columns, const Node *node) {
    for (int i = 0; i < columns->count(); ++i) {
        const Combine combine = columns->at(i)->combine;
        if ((combine == Combine::key || combine == Combine::carried) &&
            equal(list_nth_node(TargetEntry, columns->query->targetList, i)->expr, node))
            return i;
    }
    return -1;
}

Node *rewrite(Node *node, void *argument) {
    auto *rewriting = static_cast<Rewriting *>(argument);
    DeltaColumns *columns = rewriting->columns;
    if (node == nullptr || IsA(node, Const))
        return node;
    int position = column_of_group(columns, node);
    const Aggref *zeroed = sum_or_zero(node);
    if (position < 0 && zeroed != nullptr && columns->find_call(zeroed, false) < 0)
        position = column_of_call(columns, zeroed, true);
    if (position < 0 && IsA(node, Aggref))
        position = column_of_call(columns, castNode(Aggref, node), false);
    if (position >= 0)
        return reinterpret_cast<Node *>(var_of(columns, position));
    if (IsA(node, Aggref) || IsA(node, Var) || IsA(node, SubLink) || IsA(node, Param) || IsA(node, GroupingFunc) ||
        IsA(node, WindowFunc) || IsA(node, Query)) {
        rewriting->failed = true;
        return node;
    }
    return compat::mutate_children(node, rewrite, argument);
}

// ---- values in a document

bool can_be_read_from_text(Oid type) {
    return type == INT2OID || type == INT4OID || type == INT8OID || type == NUMERICOID || type == BOOLOID ||
           type == TEXTOID || type == DATEOID;
}

/** The key of a jsonb object, nullptr if it is not known. */
const char *key_text(Node *key) {
    if (!IsA(key, Const) || castNode(Const, key)->constisnull)
        return nullptr;
    const Const *constant = castNode(Const, key);
    if (constant->consttype == UNKNOWNOID)
        return DatumGetCString(constant->constvalue);
    return constant->consttype == TEXTOID ? TextDatumGetCString(constant->constvalue) : nullptr;
}

Const *text_const(const char *text) {
    return makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1, CStringGetTextDatum(text), false, false);
}

Expr *field(Expr *document, const char *key, bool as_text) {
    return reinterpret_cast<Expr *>(makeFuncExpr(as_text ? F_JSONB_OBJECT_FIELD_TEXT : F_JSONB_OBJECT_FIELD,
                                                 as_text ? TEXTOID : JSONBOID, list_make2(document, text_const(key)),
                                                 as_text ? DEFAULT_COLLATION_OID : InvalidOid, DEFAULT_COLLATION_OID,
                                                 COERCE_EXPLICIT_CALL));
}

Expr *from_text(Expr *text, const DeltaColumn *column) {
    if (column->type == TEXTOID)
        return text;
    auto *conversion = makeNode(CoerceViaIO);
    conversion->arg = text;
    conversion->resulttype = column->type;
    conversion->resultcollid = column->collation;
    conversion->coerceformat = COERCE_EXPLICIT_CAST;
    conversion->location = -1;
    return reinterpret_cast<Expr *>(conversion);
}

bool holds(Node *value, const DeltaColumn *column) {
    if (column->none_is_zero) {
        const Aggref *call = sum_or_zero(value);
        return call != nullptr && equal(call, column->call);
    }
    return equal(value, column->call);
}

bool has_unique_keys(List *arguments) {
    List *keys = NIL;
    for (int i = 0; i + 1 < list_length(arguments); i += 2) {
        const char *key = key_text(static_cast<Node *>(list_nth(arguments, i)));
        if (key == nullptr || list_member(keys, makeString(pstrdup(key))))
            return false;
        keys = lappend(keys, makeString(pstrdup(key)));
    }
    return true;
}

/** The aggregate's value in what `expression` makes, which is `document`; nullptr: it is not in there. */
Expr *find_in_document(Node *expression, Expr *document, const DeltaColumn *column) {
    check_stack_depth();
    if (!IsA(expression, FuncExpr) || castNode(FuncExpr, expression)->funcid != F_JSONB_BUILD_OBJECT_ANY ||
        castNode(FuncExpr, expression)->funcvariadic)
        return nullptr;
    List *arguments = castNode(FuncExpr, expression)->args;
    if (!has_unique_keys(arguments))
        return nullptr;
    for (int i = 0; i + 1 < list_length(arguments); i += 2) {
        const char *key = key_text(static_cast<Node *>(list_nth(arguments, i)));
        auto *value = static_cast<Node *>(list_nth(arguments, i + 1));
        if (holds(value, column))
            return from_text(field(document, key, true), column);
        if (Expr *deeper = find_in_document(value, field(document, key, false), column))
            return deeper;
    }
    return nullptr;
}

Expr *find_in_output(const DeltaColumns *columns, int visible_count, const DeltaColumn *column) {
    if (!can_be_read_from_text(column->type))
        return nullptr;
    for (int i = 0; i < visible_count; ++i) {
        if (columns->at(i)->combine != Combine::computed)
            continue;
        auto *expression = reinterpret_cast<Node *>(list_nth_node(TargetEntry, columns->query->targetList, i)->expr);
        if (Expr *found = find_in_document(expression, reinterpret_cast<Expr *>(var_of(columns, i)), column))
            return found;
    }
    return nullptr;
}

// ---- sums behind averages

const Oid sums[][3] = {
    // input, function, result
    {INT2OID, F_SUM_INT2, INT8OID},
    {INT4OID, F_SUM_INT4, INT8OID},
    {INT8OID, F_SUM_INT8, NUMERICOID},
    {NUMERICOID, F_SUM_NUMERIC, NUMERICOID},
};

/** The sum of what the average is made of. */
Aggref *sum_behind(const Aggref *average) {
    const Oid input = exprType(argument_of(average));
    for (const auto &[type, function, result] : sums) {
        if (type != input)
            continue;
        Aggref *sum = pg::copy_node(average);
        sum->aggfnoid = function;
        sum->aggtype = result;
        sum->aggtranstype = InvalidOid;
        return sum;
    }
    return nullptr;
}

/** Such an average is precise enough to tell the sum, as long as there are not too many inputs. */
void add_sum_behind(DeltaColumns *columns, int position) {
    const Aggref *call = columns->at(position)->call;
    const int count = columns->find_count(call);
    const Aggref *sum = count < 0 || constant_scale(argument_of(call)) < 0 ? nullptr : sum_behind(call);
    if (sum == nullptr || columns->find_sum(call) >= 0)
        return;
    DeltaColumn column = plain_column(Combine::sum, reinterpret_cast<const Node *>(sum));
    if (!describe_aggregate(sum, &column))
        return;
    column.average = position;
    columns->add(column);
}

const char *name_of(const DeltaColumn *column) {
    return get_func_name(column->call->aggfnoid);
}

} // namespace

const Aggref *sum_or_zero(Node *expression) {
    if (!IsA(expression, CoalesceExpr) || list_length(castNode(CoalesceExpr, expression)->args) != 2)
        return nullptr;
    auto *call = static_cast<Node *>(linitial(castNode(CoalesceExpr, expression)->args));
    Node *zero =
        eval_const_expressions(nullptr, static_cast<Node *>(lsecond(castNode(CoalesceExpr, expression)->args)));
    if (!IsA(call, Aggref) || !IsA(zero, Const) || castNode(Const, zero)->constisnull)
        return nullptr;
    DeltaColumn column = plain_column(Combine::computed, call);
    if (!describe_aggregate(castNode(Aggref, call), &column) || column.combine != Combine::sum)
        return nullptr;
    const Datum value = castNode(Const, zero)->constvalue;
    const bool is_zero =
        column.type == INT8OID ? DatumGetInt64(value) == 0
        : column.type == NUMERICOID
            ? constant_scale(zero) == 0 &&
                  DatumGetBool(DirectFunctionCall2(numeric_eq, value, NumericGetDatum(int64_to_numeric(0))))
            : false;
    return is_zero ? castNode(Aggref, call) : nullptr;
}

Expr *over_columns(DeltaColumns *columns, Node *expression) {
    Rewriting rewriting{columns};
    Node *result = rewrite(expression, &rewriting);
    return rewriting.failed ? nullptr : reinterpret_cast<Expr *>(result);
}

const char *read_off_output(DeltaColumns *columns, int visible_count) {
    for (int i = visible_count; i < columns->count(); ++i)
        columns->at(i)->read_off = find_in_output(columns, visible_count, columns->at(i));
    const int before = columns->count();
    for (int i = 0; i < before; ++i)
        if (columns->at(i)->combine == Combine::average && (i < visible_count || columns->at(i)->read_off != nullptr))
            add_sum_behind(columns, i);
    for (int i = 0; i < columns->count(); ++i) {
        DeltaColumn *column = columns->at(i);
        if (column->combine == Combine::average &&
            (columns->find_sum(column->call) < 0 || columns->find_count(column->call) < 0))
            return psprintf("%s() needs sum() and count() of the same inputs in the output", name_of(column));
        if (i >= visible_count && column->read_off == nullptr && column->average < 0 &&
            column->combine != Combine::average)
            return psprintf("%s() is computed with, but is not in the output by itself", name_of(column));
    }
    return nullptr;
}

} // namespace pgtv::plan
