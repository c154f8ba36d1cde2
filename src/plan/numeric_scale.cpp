// Follows the arithmetic of type numeric: addition keeps the larger scale, multiplication adds the scales, and a column
// declared numeric(p, s) holds nothing but scale s. Pure.

#include "pg/postgres.hpp"
#include "plan/numeric_scale.hpp"

namespace pgtv::plan {
namespace {

constexpr int unknown = -1;

int scale_of_typmod(int32 typmod) {
    if (typmod < static_cast<int32>(VARHDRSZ))
        return unknown;
    const int scale = (typmod - static_cast<int32>(VARHDRSZ)) & 0x7ff;
    return scale >= 1024 ? 0 : scale; // numeric(5, -2): negative scales are shown without decimals
}

bool is_integer(Oid type) {
    return type == INT2OID || type == INT4OID || type == INT8OID;
}

int scale_of_call(Oid function, List *arguments) {
    const int first = arguments == NIL ? unknown : constant_scale(static_cast<Node *>(linitial(arguments)));
    if (list_length(arguments) == 1) {
        const bool keeps = function == F_NUMERIC_UMINUS || function == F_NUMERIC_UPLUS || function == F_NUMERIC_ABS ||
                           function == F_ABS_NUMERIC || function == F_NUMERIC_INT2 || function == F_NUMERIC_INT4 ||
                           function == F_NUMERIC_INT8;
        return keeps ? first : unknown;
    }
    if (list_length(arguments) != 2 || first < 0)
        return unknown;
    const int second = constant_scale(static_cast<Node *>(lsecond(arguments)));
    if (second < 0)
        return unknown;
    if (function == F_NUMERIC_ADD || function == F_NUMERIC_SUB)
        return Max(first, second);
    // The server caps the scale of a product; far below that cap it is the sum.
    if (function == F_NUMERIC_MUL && first + second <= 500)
        return first + second;
    return unknown;
}

/** The scale that all of them have. */
int common_scale(List *expressions) {
    int result = unknown;
    ListCell *cell;
    foreach (cell, expressions) {
        const int scale = constant_scale(static_cast<Node *>(lfirst(cell)));
        if (scale < 0 || (result >= 0 && scale != result))
            return unknown;
        result = scale;
    }
    return result;
}

int scale_of_const(const Const *constant) {
    if (constant->constisnull)
        return unknown;
    const Numeric value = DatumGetNumeric(constant->constvalue);
    if (numeric_is_nan(value) || numeric_is_inf(value))
        return unknown;
    return DatumGetInt32(DirectFunctionCall1(numeric_scale, constant->constvalue));
}

} // namespace

int constant_scale(Node *expression) {
    check_stack_depth();
    if (expression == nullptr)
        return unknown;
    const Oid type = exprType(expression);
    if (is_integer(type))
        return 0;
    if (type != NUMERICOID)
        return unknown;
    if (const int declared = scale_of_typmod(exprTypmod(expression)); declared >= 0)
        return declared;
    if (IsA(expression, Const))
        return scale_of_const(castNode(Const, expression));
    if (IsA(expression, FuncExpr))
        return scale_of_call(castNode(FuncExpr, expression)->funcid, castNode(FuncExpr, expression)->args);
    if (IsA(expression, OpExpr))
        return scale_of_call(get_opcode(castNode(OpExpr, expression)->opno), castNode(OpExpr, expression)->args);
    if (IsA(expression, CoalesceExpr))
        return common_scale(castNode(CoalesceExpr, expression)->args);
    return unknown;
}

} // namespace pgtv::plan
