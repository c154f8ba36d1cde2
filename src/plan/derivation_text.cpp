// Turns derivation queries into text. pg_get_querydef() cannot print a named tuplestore: a CTE reference of that name
// stands in for it. Runs under the search_path pinned by pg::RunAs, so that operators are printed qualified.

#include "pg/postgres.hpp"
#include "pg/identity.hpp"
#include "plan/derivation_text.hpp"
#include "plan/opened.hpp"

namespace pgtv::plan {
namespace {

constexpr const char *delta_prefix = "tv_delta_";
constexpr const char *both_prefix = "tv_both_";
constexpr const char *both_only_prefix = "tv_bothonly_";

// ---- what is needed of images

Oid source_of_entry(const RangeTblEntry *rte) {
    if (rte->rtekind != RTE_CTE)
        return InvalidOid;
    for (const char *prefix : {delta_prefix, both_prefix, both_only_prefix})
        if (strncmp(rte->ctename, prefix, strlen(prefix)) == 0)
            return static_cast<Oid>(strtoul(rte->ctename + strlen(prefix), nullptr, 10));
    return InvalidOid;
}

struct NeedContext {
    ImageColumns *needs;
    List *queries; // innermost first
};

bool note_needs(Node *node, void *argument) {
    NeedContext *context = static_cast<NeedContext *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, Var)) {
        const Var *var = castNode(Var, node);
        const Query *query = static_cast<Query *>(list_nth(context->queries, static_cast<int>(var->varlevelsup)));
        const Oid source = source_of_entry(rt_fetch(var->varno, query->rtable));
        if (OidIsValid(source) && var->varattno > 0)
            need(context->needs, source, bms_make_singleton(var->varattno));
        return false;
    }
    if (IsA(node, RangeTblEntry)) {
        const Oid source = source_of_entry(castNode(RangeTblEntry, node));
        if (OidIsValid(source))
            need(context->needs, source, nullptr);
        return false;
    }
    if (IsA(node, Query)) {
        context->queries = lcons(node, context->queries);
        // A join's entry lists all columns of both sides; those that are used are found where they are used.
        compat::walk_query(castNode(Query, node), note_needs, context,
                           QTW_EXAMINE_RTES_BEFORE | QTW_IGNORE_JOINALIASES);
        context->queries = list_delete_first(context->queries);
        return false;
    }
    return compat::walk_children(node, note_needs, context);
}

// ---- relations that changed themselves

struct ChangedContext {
    List *changed;  // of Oid
    List *replaced; // of RangeTblEntry *: one for each CTE to define
};

void read_with_old_images(RangeTblEntry *rte, ChangedContext *context) {
    RangeTblEntry *original = static_cast<RangeTblEntry *>(copyObjectImpl(rte));
    const Relation relation = relation_open(rte->relid, AccessShareLock);
    const TupleDesc columns = RelationGetDescr(relation);
    rte->rtekind = RTE_CTE;
    rte->ctename = psprintf("%s%u", rte->inh ? both_prefix : both_only_prefix, rte->relid);
    rte->eref = makeAlias(rte->eref->aliasname, NIL);
    rte->alias = makeAlias(rte->eref->aliasname, NIL);
    for (int i = 0; i < columns->natts; ++i) {
        const Form_pg_attribute column = TupleDescAttr(columns, i);
        rte->eref->colnames =
            lappend(rte->eref->colnames, makeString(pstrdup(column->attisdropped ? "" : NameStr(column->attname))));
    }
    relation_close(relation, NoLock);
    bool known = false;
    ListCell *cell;
    foreach (cell, context->replaced)
        known = known || (lfirst_node(RangeTblEntry, cell)->relid == original->relid &&
                          lfirst_node(RangeTblEntry, cell)->inh == original->inh);
    if (!known)
        context->replaced = lappend(context->replaced, original);
    rte->relid = InvalidOid;
    rte->relkind = 0;
    rte->inh = false;
}

bool replace_changed(Node *node, void *argument) {
    ChangedContext *context = static_cast<ChangedContext *>(argument);
    if (node == nullptr)
        return false;
    if (IsA(node, RangeTblEntry)) {
        RangeTblEntry *rte = castNode(RangeTblEntry, node);
        if (rte->rtekind == RTE_RELATION && list_member_oid(context->changed, rte->relid))
            read_with_old_images(rte, context);
        return false;
    }
    if (IsA(node, Query))
        return compat::walk_query(castNode(Query, node), replace_changed, context, QTW_EXAMINE_RTES_BEFORE);
    return compat::walk_children(node, replace_changed, context);
}

/** "a, b" (with `cast_nulls`: "NULL::integer AS a, …") for the needed columns of a relation. */
char *column_list(Oid relid, Bitmapset *columns, bool cast_nulls) {
    StringInfoData text;
    initStringInfo(&text);
    int attno = -1;
    while ((attno = bms_next_member(columns, attno)) >= 0) {
        const char *name = quote_identifier(get_attname(relid, static_cast<AttrNumber>(attno), false));
        if (text.len > 0)
            appendStringInfoString(&text, ", ");
        if (cast_nulls) {
            Oid type;
            int32 typmod;
            Oid collation;
            get_atttypetypmodcoll(relid, static_cast<AttrNumber>(attno), &type, &typmod, &collation);
            appendStringInfo(&text, "NULL::%s AS ", format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN));
        }
        appendStringInfoString(&text, name);
    }
    return text.data;
}

char *both_definitions(List *replaced, const ImageColumns *needs) {
    StringInfoData text;
    initStringInfo(&text);
    ListCell *cell;
    foreach (cell, replaced) {
        const RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);
        const char *columns = column_list(rte->relid, columns_needed(needs, rte->relid), false);
        appendStringInfo(&text, "%s%s%u AS NOT MATERIALIZED (SELECT %s FROM %s%s UNION ALL SELECT %s FROM tv_old_%u)",
                         text.len > 0 ? ", " : "WITH ", rte->inh ? both_prefix : both_only_prefix, rte->relid, columns,
                         rte->inh ? "" : "ONLY ", pg::qualified_name(rte->relid), columns, rte->relid);
    }
    if (text.len > 0)
        appendStringInfoChar(&text, ' ');
    return text.data;
}

// ---- verification

/**
 * Operators that the deparser prints without their schema (IS DISTINCT FROM, NULLIF, IN, CASE, row comparisons) may be
 * found differently under the pinned search_path. Functions are printed qualified; signs of constants are folded.
 */
bool collect_operators(Node *node, void *argument) {
    List **operators = static_cast<List **>(argument);
    if (node == nullptr)
        return false;
    switch (nodeTag(node)) {
    case T_OpExpr:
    case T_DistinctExpr:
    case T_NullIfExpr: // three names of one struct
        if (list_length(reinterpret_cast<OpExpr *>(node)->args) == 2)
            *operators = lappend_oid(*operators, reinterpret_cast<OpExpr *>(node)->opno);
        break;
    case T_ScalarArrayOpExpr:
        *operators = lappend_oid(*operators, castNode(ScalarArrayOpExpr, node)->opno);
        break;
    case T_RowCompareExpr:
        *operators = list_concat(*operators, castNode(RowCompareExpr, node)->opnos);
        break;
    case T_Query:
        return compat::walk_query(castNode(Query, node), collect_operators, argument, 0);
    default:
        break;
    }
    return compat::walk_children(node, collect_operators, argument);
}

/** The first element (counted with multiplicity) of `all` that `others` lacks, InvalidOid if none. */
Oid first_missing(List *all, List *others) {
    List *rest = list_copy(others);
    ListCell *cell;
    foreach (cell, all) {
        const int before = list_length(rest);
        int position = 0;
        ListCell *other;
        foreach (other, rest) {
            if (lfirst_oid(other) == lfirst_oid(cell))
                break;
            ++position;
        }
        if (position == before)
            return lfirst_oid(cell);
        rest = list_delete_nth_cell(rest, position);
    }
    return InvalidOid;
}

Query *analyze_text(const char *sql) {
    List *statements = pg_parse_query(sql);
    return parse_analyze_fixedparams(linitial_node(RawStmt, statements), sql, nullptr, 0, nullptr);
}

char *with_stand_ins(const char *sql, const ImageColumns *needs) {
    StringInfoData text;
    initStringInfo(&text);
    ListCell *cell;
    foreach (cell, needs->sources) {
        const Oid source = lfirst_oid(cell);
        const char *columns = column_list(source, columns_needed(needs, source), true);
        for (const char *prefix : {"tv_delta_", "tv_old_"})
            appendStringInfo(&text, "%s%s%u AS (SELECT %s)", text.len > 0 ? ", " : "WITH ", prefix, source, columns);
    }
    const bool has_with = strncmp(sql, "WITH ", 5) == 0;
    appendStringInfo(&text, "%s%s", has_with ? ", " : " ", has_with ? sql + 5 : sql);
    return text.data;
}

} // namespace

void need(ImageColumns *needs, Oid source, Bitmapset *columns) {
    int position = 0;
    ListCell *cell;
    foreach (cell, needs->sources) {
        if (lfirst_oid(cell) == source) {
            ListCell *target = list_nth_cell(needs->columns, position);
            lfirst(target) = bms_union(static_cast<Bitmapset *>(lfirst(target)), columns);
            return;
        }
        ++position;
    }
    needs->sources = lappend_oid(needs->sources, source);
    needs->columns = lappend(needs->columns, bms_copy(columns));
}

void need_all(ImageColumns *needs, const ImageColumns *more) {
    ListCell *cell;
    foreach (cell, more->sources)
        need(needs, lfirst_oid(cell), columns_needed(more, lfirst_oid(cell)));
}

Bitmapset *columns_needed(const ImageColumns *needs, Oid source) {
    int position = 0;
    ListCell *cell;
    foreach (cell, needs->sources) {
        if (lfirst_oid(cell) == source)
            return static_cast<Bitmapset *>(list_nth(needs->columns, position));
        ++position;
    }
    return nullptr;
}

List *listed(const Bitmapset *columns) {
    List *result = NIL;
    int column = -1;
    while ((column = bms_next_member(columns, column)) >= 0)
        result = lappend_int(result, column);
    return result;
}

DerivationText derivation_text(List *queries, List *changed, ImageColumns *needs) {
    ChangedContext context{changed, NIL};
    DerivationText text{nullptr, NIL, NIL};
    List *texts = NIL; // variants often come out the same
    ListCell *cell;
    foreach (cell, queries) {
        Query *query = static_cast<Query *>(copyObjectImpl(lfirst(cell)));
        replace_changed(reinterpret_cast<Node *>(query), &context);
        NeedContext need_context{needs, NIL};
        note_needs(reinterpret_cast<Node *>(query), &need_context);
        const int before = list_length(texts);
        texts = list_append_unique(texts, makeString(pg_get_querydef(query, false)));
        if (list_length(texts) > before)
            text.queries = lappend(text.queries, query);
    }
    StringInfoData body;
    initStringInfo(&body);
    foreach (cell, texts)
        appendStringInfo(&body, list_length(texts) > 1 ? "%s(%s)" : "%s%s", body.len > 0 ? " UNION " : "",
                         strVal(lfirst(cell)));
    text.sql = psprintf("%s%s", both_definitions(context.replaced, needs), body.data);
    foreach (cell, context.replaced)
        text.reads_old = list_append_unique_oid(text.reads_old, lfirst_node(RangeTblEntry, cell)->relid);
    return text;
}

const char *verify_text(const DerivationText &text, const ImageColumns *needs) {
    List *expected = NIL;
    List *found = NIL;
    collect_operators(reinterpret_cast<Node *>(text.queries), &expected);
    collect_operators(reinterpret_cast<Node *>(analyze_text(with_stand_ins(text.sql, needs))), &found);
    const Oid lost = first_missing(expected, found);
    const Oid gained = first_missing(found, expected);
    if (!OidIsValid(lost) && !OidIsValid(gained))
        return nullptr;
    return psprintf("the operator %s is not resolved in the same way when the query is written out",
                    format_operator(OidIsValid(lost) ? lost : gained));
}

} // namespace pgtv::plan
