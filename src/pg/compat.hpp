// The only place that asks for the server's version. Included by pg/postgres.hpp.
#pragma once

#if PG_VERSION_NUM < 150000
#error "pg_tviews needs PostgreSQL 15 or later"
#endif

namespace pgtv::compat {

/** 15, 17, 18 … */
constexpr int server_major = PG_VERSION_NUM / 10000;

/** Replaces the Vars of join relations in `node` by the columns they stand for. */
inline Node *flatten_join_vars(Query *query, Node *node) {
#if PG_VERSION_NUM >= 160000
    return flatten_join_alias_vars(nullptr, query, node);
#else
    return flatten_join_alias_vars(query, node);
#endif
}

/** PostgreSQL 18 puts grouping expressions behind a relation of their own: resolve its Vars in place. */
inline void flatten_grouping_relation([[maybe_unused]] Query *query) {
#if PG_VERSION_NUM >= 180000
    if (!query->hasGroupRTE)
        return;
    query->targetList =
        reinterpret_cast<List *>(flatten_group_exprs(nullptr, query, reinterpret_cast<Node *>(query->targetList)));
    query->havingQual = flatten_group_exprs(nullptr, query, query->havingQual);
    query->hasGroupRTE = false;
#endif
}

using TreeWalker = bool (*)(Node *node, void *argument);
using TreeMutator = Node *(*)(Node *node, void *argument);

// The tree walkers take an unprototyped callback before PostgreSQL 16, which C++ cannot pass without a cast.
#if PG_VERSION_NUM >= 160000
using AnyWalker = TreeWalker;
using AnyMutator = TreeMutator;
#else
using AnyWalker = bool (*)();
using AnyMutator = Node *(*)();
#endif

/** A function pointer as another type of function pointer, by way of void (*)(void). */
template <typename To, typename From>
To function_cast(From function) {
    return reinterpret_cast<To>(reinterpret_cast<void (*)(void)>(function));
}

/** expression_tree_walker: visits the children of `node`. */
inline bool walk_children(Node *node, TreeWalker walker, void *argument) {
    return expression_tree_walker(node, function_cast<AnyWalker>(walker), argument);
}

/** query_tree_walker with QTW_ flags. */
inline bool walk_query(Query *query, TreeWalker walker, void *argument, int flags) {
    return query_tree_walker(query, function_cast<AnyWalker>(walker), argument, flags);
}

/** expression_tree_mutator: copies `node` with its children mutated. */
inline Node *mutate_children(Node *node, TreeMutator mutator, void *argument) {
    return expression_tree_mutator(node, function_cast<AnyMutator>(mutator), argument);
}

/** query_tree_mutator with QTW_ flags. */
inline Query *mutate_query(Query *query, TreeMutator mutator, void *argument, int flags) {
    return query_tree_mutator(query, function_cast<AnyMutator>(mutator), argument, flags);
}

/** The arguments of an SQL/JSON constructor such as JSON_OBJECT(…), NIL for any other node. */
inline List *json_constructor_arguments([[maybe_unused]] Node *node) {
#if PG_VERSION_NUM >= 160000
    if (IsA(node, JsonConstructorExpr))
        return castNode(JsonConstructorExpr, node)->args;
#endif
    return NIL;
}

/** Makes `entry` the only range table entry of `estate`. */
inline void init_range_table(EState *estate, RangeTblEntry *entry) {
#if PG_VERSION_NUM >= 160000
    List *permissions = NIL;
    addRTEPermissionInfo(&permissions, entry);
#endif
#if PG_VERSION_NUM >= 180000
    ExecInitRangeTable(estate, list_make1(entry), permissions, bms_make_singleton(1));
#elif PG_VERSION_NUM >= 160000
    ExecInitRangeTable(estate, list_make1(entry), permissions);
#else
    ExecInitRangeTable(estate, list_make1(entry));
#endif
}

/** Is the current user owner of `relid`, or may act as such? */
inline bool owns_relation(Oid relid) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(RelationRelationId, relid, GetUserId());
#else
    return pg_class_ownercheck(relid, GetUserId());
#endif
}

/** May the current user refresh materialized view `relid`? Its owner, and who has MAINTAIN where that exists. */
inline bool may_maintain(Oid relid) {
#if PG_VERSION_NUM >= 170000
    return owns_relation(relid) || pg_class_aclcheck(relid, GetUserId(), ACL_MAINTAIN) == ACLCHECK_OK;
#else
    return owns_relation(relid);
#endif
}

/** Sets up the recheck state which row routines want although nothing is ever rechecked. */
inline void init_recheck(EPQState *recheck, EState *estate) {
#if PG_VERSION_NUM >= 160000
    EvalPlanQualInit(recheck, estate, nullptr, NIL, -1, NIL);
#else
    EvalPlanQualInit(recheck, estate, nullptr, NIL, -1);
#endif
}

/** Reads `size` bytes of a temporary file; raises if they are not there. */
inline void read_exactly(BufFile *file, void *target, size_t size) {
#if PG_VERSION_NUM >= 160000
    BufFileReadExact(file, target, size);
#else
    if (BufFileRead(file, target, size) != size)
        ereport(ERROR, (errcode_for_file_access(), errmsg("could not read from a temporary file")));
#endif
}

/** heap_form_minimal_tuple without extra room. */
inline MinimalTuple form_minimal_tuple(TupleDesc descriptor, Datum *values, bool *nulls) {
#if PG_VERSION_NUM >= 180000
    return heap_form_minimal_tuple(descriptor, values, nulls, 0);
#else
    return heap_form_minimal_tuple(descriptor, values, nulls);
#endif
}

/** Does this subcommand of ALTER TABLE give stored rows other values, in versions that have it? */
inline bool rewrites_rows([[maybe_unused]] AlterTableType type) {
#if PG_VERSION_NUM >= 170000
    return type == AT_SetExpression;
#else
    return false;
#endif
}

/** Creates an index; the caller has checked what there is to check. */
inline ObjectAddress define_index(Oid relid, IndexStmt *statement) {
#if PG_VERSION_NUM >= 160000
    return DefineIndex(relid, statement, InvalidOid, InvalidOid, InvalidOid, -1, false, false, false, false, true);
#else
    return DefineIndex(relid, statement, InvalidOid, InvalidOid, InvalidOid, false, false, false, false, true);
#endif
}

/** The "toast." ones of `options` (of DefElem) as reloptions. */
inline Datum toast_options(List *options) {
#if PG_VERSION_NUM >= 180000
    static const char *const namespaces[] = HEAP_RELOPT_NAMESPACES;
#else
    static char *namespaces[] = HEAP_RELOPT_NAMESPACES;
#endif
    return transformRelOptions(Datum(0), options, "toast", namespaces, true, false);
}

/** "schema.name" as a list of String; raises 42602. */
inline List *parse_qualified_name(const char *name) {
#if PG_VERSION_NUM >= 160000
    return stringToQualifiedNameList(name, nullptr);
#else
    return stringToQualifiedNameList(name);
#endif
}

/** A generated column that is computed when it is read: rows given to triggers do not have its value. */
inline bool computed_when_read([[maybe_unused]] Form_pg_attribute attribute) {
#if PG_VERSION_NUM >= 180000
    return attribute->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL;
#else
    return false;
#endif
}

/** LockHeldByMe: is the lock held in this very mode? */
inline bool holds_lock(const LOCKTAG &tag, LOCKMODE mode) {
#if PG_VERSION_NUM >= 170000
    return LockHeldByMe(&tag, mode, false);
#else
    return LockHeldByMe(&tag, mode);
#endif
}

/** Is it a comparison operator of an ordering: =, <>, <, … of some family? */
inline bool is_ordering_operator(Oid operator_oid) {
#if PG_VERSION_NUM >= 180000
    return get_op_index_interpretation(operator_oid) != NIL;
#else
    return get_op_btree_interpretation(operator_oid) != NIL;
#endif
}

/** The record of a built-in setting, which stays where it is; nullptr if this version has no such setting. */
inline config_generic *find_setting(const char *name) {
#if PG_VERSION_NUM >= 160000
    return find_option(name, false, true, ERROR);
#else
    config_generic **settings = get_guc_variables();
    for (int i = 0; i < GetNumConfigOptions(); i++)
        if (strcmp(settings[i]->name, name) == 0)
            return settings[i];
    return nullptr;
#endif
}

/**
 * Makes pg_catalog the whole search path, apart from the setting, until pop_search_path() or the end of the
 * (sub)transaction by error. False: this version knows no such thing, and setting search_path is cheap in it.
 */
inline bool push_search_path() {
#if PG_VERSION_NUM < 170000
    static OverrideSearchPath path = {};
    if (path.schemas == NIL) {
        const MemoryContext previous = MemoryContextSwitchTo(TopMemoryContext);
        path.schemas = list_make1_oid(PG_CATALOG_NAMESPACE);
        MemoryContextSwitchTo(previous);
    }
    PushOverrideSearchPath(&path);
    return true;
#else
    return false;
#endif
}

inline void pop_search_path() {
#if PG_VERSION_NUM < 170000
    PopOverrideSearchPath();
#endif
}

/** index_beginscan without order-by keys. */
inline IndexScanDesc begin_index_scan(Relation table, Relation index, Snapshot snapshot, int keys) {
#if PG_VERSION_NUM >= 180000
    return index_beginscan(table, index, snapshot, nullptr, keys, 0);
#else
    return index_beginscan(table, index, snapshot, keys, 0);
#endif
}

/** Enters a new row into all indexes of its table; returns those to be checked again later. */
inline List *insert_index_entries(ResultRelInfo *target, TupleTableSlot *row, EState *estate) {
#if PG_VERSION_NUM >= 160000
    return ExecInsertIndexTuples(target, row, estate, false, false, nullptr, NIL, false);
#else
    return ExecInsertIndexTuples(target, row, estate, false, false, nullptr, NIL);
#endif
}

} // namespace pgtv::compat

// The parameters of ExecutorRun_hook, to declare a hook and to pass them on.
#if PG_VERSION_NUM >= 180000
#define PGTV_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count
#define PGTV_RUN_ARGUMENTS query, direction, count
#else
#define PGTV_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count, bool execute_once
#define PGTV_RUN_ARGUMENTS query, direction, count, execute_once
#endif
