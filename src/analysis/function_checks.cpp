// Which functions a TVIEW may call, however the call is written: by name, as operator, aggregate or cast.
// Lifetime: a call.

#include "pg/postgres.hpp"

#include "analysis/check_state.hpp"
#include "pg_tviews/error.hpp"

namespace pgtv::analysis {
namespace {

/** What the functions called by one node do besides computing. */
struct Calls {
    Checks *checks;
    bool renders;
    bool parses;
};

struct FunctionFacts {
    const char *name; // with its arguments, for messages
    bool built_in;
    char kind;
    char volatility;
    Oid runs_as; // InvalidOid: as the caller
};

FunctionFacts facts_of(Oid function) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for function %u", function);
    const auto *row = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    const bool built_in = row->pronamespace == PG_CATALOG_NAMESPACE && function < FirstNormalObjectId;
    const FunctionFacts facts{.name = built_in ? format_procedure(function) : format_procedure_qualified(function),
                              .built_in = built_in,
                              .kind = row->prokind,
                              .volatility = row->provolatile,
                              .runs_as = row->prosecdef ? row->proowner : InvalidOid};
    ReleaseSysCache(tuple);
    return facts;
}

[[noreturn]] void refuse_volatile(const FunctionFacts &facts) {
    raise(Unsupported{
        psprintf("a tview query must not call volatile function %s", facts.name),
        "Its result may differ at every call, so the contents of the TVIEW would not follow from its sources.",
        facts.built_in ? "Compute the value when a source row is written and keep it in a column."
                       : "If its result follows from its arguments, declare it IMMUTABLE; if it reads tables, give it "
                         "a SQL-standard body and declare it STABLE."});
}

/** Something whose result may change while no source does. `object` tells which, to say it once. */
void report_unstable(const char *name, bool built_in, Oid object, const Checks *checks) {
    if (checks->trusts_functions)
        return;
    if (checks->unstable != nullptr) {
        *checks->unstable = true;
        return;
    }
    if (checks->freshness == Freshness::maintained)
        raise(Unsupported{
            psprintf("a tview maintained on write must not call %s", name),
            "Its result may change while no source table changes, and the TVIEW would go stale unnoticed.",
            built_in ? "Apply it when reading the TVIEW, or create the TVIEW WITH (refresh = manual)."
                     : "If its result follows from its arguments, declare it IMMUTABLE; if it reads tables, give it a "
                       "SQL-standard body (BEGIN ATOMIC)."});
    if (list_member_oid(checks->done->noticed, object))
        return;
    checks->done->noticed = lappend_oid(checks->done->noticed, object);
    ereport(NOTICE, (errmsg("the tview calls %s", name),
                     errdetail("Its result may change while no source table changes; the TVIEW shows it as of its "
                               "last refresh.")));
}

void note(Calls *calls, Stability stability) {
    calls->renders = calls->renders || stability == Stability::renders;
    calls->parses = calls->parses || stability == Stability::parses;
}

/** An aggregate is declared IMMUTABLE whatever its parts are. */
Stability check_aggregate(Oid aggregate, Checks *checks) {
    HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for aggregate %u", aggregate);
    const auto row = *reinterpret_cast<Form_pg_aggregate>(GETSTRUCT(tuple));
    ReleaseSysCache(tuple);
    const Oid parts[] = {row.aggtransfn,    row.aggfinalfn,  row.aggcombinefn,   row.aggserialfn,
                         row.aggdeserialfn, row.aggmtransfn, row.aggminvtransfn, row.aggmfinalfn};
    Stability stability = Stability::settings;
    for (Oid part : parts) {
        if (OidIsValid(part) && check_function(part, checks) == Stability::renders)
            stability = Stability::renders;
    }
    return stability;
}

/** Checks the SQL-standard body of `function`, if it has one. */
bool check_body(Oid function, const FunctionFacts &facts, const Checks *checks) {
    List *body = find_body_queries(function);
    if (body == NIL)
        return false;
    if (list_member_oid(checks->done->functions, function))
        return true;
    checks->done->functions = lappend_oid(checks->done->functions, function);
    Checks inner = *checks;
    inner.in_body = true;
    inner.trusts_functions = checks->trusts_functions || facts.volatility == PROVOLATILE_IMMUTABLE;
    if (facts.volatility == PROVOLATILE_IMMUTABLE)
        inner.reads_nothing = psprintf("IMMUTABLE function %s", facts.name);
    inner.view = InvalidOid;
    inner.level = nullptr;
    if (OidIsValid(facts.runs_as))
        inner.user = facts.runs_as;
    (void)check_node(reinterpret_cast<Node *>(body), &inner);
    return true;
}

/** A built-in STABLE function has its entry in a list of our own. */
Stability check_built_in(Oid function, const FunctionFacts &facts, const Checks *checks) {
    if (facts.volatility == PROVOLATILE_IMMUTABLE)
        return Stability::settings;
    const Stability stability = stability_of(get_func_name(function));
    if (stability == Stability::unsafe)
        report_unstable(psprintf("function %s", facts.name), true, function, checks);
    return stability;
}

bool check_called(Oid function, void *argument) {
    auto *calls = static_cast<Calls *>(argument);
    note(calls, check_function(function, calls->checks));
    return false;
}

/** The values `node` computes with. */
List *arguments_of(Node *node) {
    switch (nodeTag(node)) {
    case T_FuncExpr:
        return castNode(FuncExpr, node)->args;
    case T_OpExpr:
    case T_DistinctExpr:
    case T_NullIfExpr:
        return reinterpret_cast<OpExpr *>(node)->args;
    case T_Aggref:
        return list_concat_copy(castNode(Aggref, node)->aggdirectargs, castNode(Aggref, node)->args);
    case T_WindowFunc:
        return castNode(WindowFunc, node)->args;
    case T_CoerceViaIO:
        return list_make1(castNode(CoerceViaIO, node)->arg);
    case T_XmlExpr:
        return list_concat_copy(castNode(XmlExpr, node)->named_args, castNode(XmlExpr, node)->args);
    default:
        return compat::json_constructor_arguments(node);
    }
}

const char *name_of(const SQLValueFunction *value) {
    switch (value->op) {
    case SVFOP_CURRENT_DATE:
        return "CURRENT_DATE";
    case SVFOP_CURRENT_TIME:
    case SVFOP_CURRENT_TIME_N:
        return "CURRENT_TIME";
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N:
        return "CURRENT_TIMESTAMP";
    case SVFOP_LOCALTIME:
    case SVFOP_LOCALTIME_N:
        return "LOCALTIME";
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N:
        return "LOCALTIMESTAMP";
    case SVFOP_CURRENT_ROLE:
        return "CURRENT_ROLE";
    case SVFOP_CURRENT_USER:
        return "CURRENT_USER";
    case SVFOP_USER:
        return "USER";
    case SVFOP_SESSION_USER:
        return "SESSION_USER";
    case SVFOP_CURRENT_CATALOG:
        return "CURRENT_CATALOG";
    case SVFOP_CURRENT_SCHEMA:
        return "CURRENT_SCHEMA";
    }
    return "a value function";
}

} // namespace

Stability check_function(Oid function, Checks *checks) {
    const FunctionFacts facts = facts_of(function);
    if (checks->trusts_functions) {
        (void)check_body(function, facts, checks);
        return Stability::settings;
    }
    if (facts.volatility == PROVOLATILE_VOLATILE)
        refuse_volatile(facts);
    if (facts.kind == PROKIND_AGGREGATE)
        return check_aggregate(function, checks);
    if (facts.built_in)
        return check_built_in(function, facts, checks);
    if (isAnyTempNamespace(get_func_namespace(function)))
        raise(Unsupported{psprintf("a tview query must not call temporary function %s", get_func_name(function)),
                          "A TVIEW outlives the session that owns the function.", "Use a permanent function."});
    if (!check_body(function, facts, checks) && facts.volatility == PROVOLATILE_STABLE)
        report_unstable(psprintf("function %s", facts.name), false, function, checks);
    return Stability::settings;
}

void check_calls(Node *node, Checks *checks) {
    if (IsA(node, SQLValueFunction)) {
        const auto *value = castNode(SQLValueFunction, node);
        report_unstable(name_of(value), true, Oid(value->op), checks);
        return;
    }
    if (IsA(node, CoerceToDomain))
        check_domain(castNode(CoerceToDomain, node)->resulttype, checks);
    Calls calls{checks, IsA(node, XmlExpr) || compat::json_constructor_arguments(node) != NIL, false};
    (void)check_functions_in_node(node, check_called, &calls);
    if (calls.renders)
        check_rendered_values(arguments_of(node), checks);
    if (calls.parses)
        check_parsed_type(exprType(node), checks);
}

} // namespace pgtv::analysis
