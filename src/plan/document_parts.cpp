// Takes documents apart. A key that occurs twice, or is no constant, hides which value is whose: such an object is a value.
// Pure.

#include "pg/postgres.hpp"
#include "plan/document_parts.hpp"

#include "jsonb/document_edit.hpp"
#include "pg/nodes.hpp"

namespace pgtv::plan {
namespace {

bool builds(const Expr *expression, Oid function) {
    return IsA(expression, FuncExpr) && reinterpret_cast<const FuncExpr *>(expression)->funcid == function &&
           !reinterpret_cast<const FuncExpr *>(expression)->funcvariadic;
}

/** Literals are of type unknown here: the function takes any type. nullptr: it is no constant text. */
const char *constant_key(Node *node) {
    node = strip_implicit_coercions(node);
    if (!IsA(node, Const) || castNode(Const, node)->constisnull)
        return nullptr;
    const auto *constant = castNode(Const, node);
    if (constant->consttype == UNKNOWNOID)
        return DatumGetCString(constant->constvalue);
    return constant->consttype == TEXTOID ? TextDatumGetCString(constant->constvalue) : nullptr;
}

bool has_key(const List *keys, const char *key) {
    ListCell *cell;
    foreach (cell, keys)
        if (strcmp(static_cast<char *>(lfirst(cell)), key) == 0)
            return true;
    return false;
}

/** The keys of an object as it is built; NIL: they are not known, or not all different. */
List *keys_of(const FuncExpr *object) {
    List *keys = NIL;
    for (int i = 0; i < list_length(object->args); i += 2) {
        const char *key = constant_key(static_cast<Node *>(list_nth(object->args, i)));
        if (key == nullptr || has_key(keys, key))
            return NIL;
        keys = lappend(keys, const_cast<char *>(key));
    }
    return list_length(object->args) % 2 == 0 ? keys : NIL;
}

List *below(const List *path, const jsonb::Step &step) {
    return lappend(list_copy(path), pg::make(step));
}

void collect(Expr *expression, List *path, List **parts) {
    const auto *builder = reinterpret_cast<const FuncExpr *>(expression);
    List *keys = builds(expression, F_JSONB_BUILD_OBJECT_ANY) ? keys_of(builder) : NIL;
    ListCell *cell;
    foreach (cell, keys) {
        auto *key = static_cast<char *>(lfirst(cell));
        const int place = foreach_current_index(cell);
        collect(static_cast<Expr *>(list_nth(builder->args, place * 2 + 1)),
                below(path, {key, static_cast<int>(strlen(key)), 0}), parts);
    }
    if (keys != NIL)
        return;
    if (!builds(expression, F_JSONB_BUILD_ARRAY_ANY)) {
        *parts = lappend(*parts, pg::make(DocumentPart{path, expression}));
        return;
    }
    foreach (cell, builder->args)
        collect(static_cast<Expr *>(lfirst(cell)), below(path, {nullptr, 0, foreach_current_index(cell)}), parts);
}

} // namespace

List *document_parts(Expr *expression) {
    List *parts = NIL;
    collect(expression, NIL, &parts);
    const auto *only = list_length(parts) == 1 ? static_cast<DocumentPart *>(linitial(parts)) : nullptr;
    return only != nullptr && only->path == NIL ? NIL : parts;
}

Expr *as_array(Expr *value) {
    return reinterpret_cast<Expr *>(makeFuncExpr(F_JSONB_BUILD_ARRAY_ANY, JSONBOID, list_make1(value), InvalidOid,
                                                 InvalidOid, COERCE_EXPLICIT_CALL));
}

List *copy_path(const List *path) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, path) {
        auto *step = pg::make(*static_cast<jsonb::Step *>(lfirst(cell)));
        step->key = step->key == nullptr ? nullptr : pstrdup(step->key);
        result = lappend(result, step);
    }
    return result;
}

List *copy_parts(const List *parts) {
    List *result = NIL;
    ListCell *cell;
    foreach (cell, parts) {
        const auto *part = static_cast<DocumentPart *>(lfirst(cell));
        result = lappend(result, pg::make(DocumentPart{copy_path(part->path), pg::copy_node(part->value)}));
    }
    return result;
}

} // namespace pgtv::plan
