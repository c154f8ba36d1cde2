-- What a concurrent refresh needs, checked under the lock: a populated view and a unique index that is valid, immediate,
-- not partial, on plain columns only.
CREATE SCHEMA refresh_prerequisites;
SET search_path = refresh_prerequisites, public;
SET client_min_messages = warning;
CREATE TABLE base (a int, b int, c text);
INSERT INTO base VALUES (1, 1, 'x'), (2, 2, 'y'), (NULL, 3, 'z');
CREATE MATERIALIZED VIEW mv AS SELECT a, b, c FROM base;
-- try(): as tview_refresh('mv', mode) and tview_check('mv', 'concurrent') see it
CREATE FUNCTION try(wanted text DEFAULT 'concurrent') RETURNS TABLE (outcome text, hint text, checked text) LANGUAGE plpgsql AS $$
BEGIN
    SELECT string_agg(k.check_name || COALESCE(' ' || k.sqlstate, ''), ', ' ORDER BY k.check_name) INTO checked
    FROM tview_check('mv', wanted) k WHERE NOT k.ok;
    SELECT r.mode INTO outcome FROM tview_refresh('mv', wanted) r;
    RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    outcome := SQLSTATE;
    RETURN NEXT;
END
$$;

SELECT * FROM try();
SELECT * FROM try('auto');
SELECT * FROM try('standard');
CREATE INDEX i ON mv (b);
SELECT * FROM try();
CREATE UNIQUE INDEX i_expression ON mv ((b + 1));
SELECT * FROM try();
CREATE UNIQUE INDEX i_partial ON mv (b) WHERE b > 0;
SELECT * FROM try();
CREATE UNIQUE INDEX i_include ON mv (b) INCLUDE (c);
SELECT * FROM try();
DROP INDEX i_include;
CREATE UNIQUE INDEX i_nulls ON mv (a) NULLS NOT DISTINCT;
SELECT * FROM try();
DROP INDEX i_nulls;
-- not immediate and invalid: no command makes such an index on a materialized view, a failed CREATE … CONCURRENTLY leaves one
CREATE UNIQUE INDEX i_marked ON mv (b);
UPDATE pg_index SET indimmediate = false WHERE indexrelid = 'i_marked'::regclass;
SELECT * FROM try();
UPDATE pg_index SET indimmediate = true, indisvalid = false WHERE indexrelid = 'i_marked'::regclass;
SELECT * FROM try();
DROP INDEX i_marked;
INSERT INTO base VALUES (4, 2, 'twice');
SELECT outcome FROM try('standard');
DROP INDEX i_partial, i_expression;
SELECT outcome FROM try('standard');
CREATE UNIQUE INDEX CONCURRENTLY i_failed ON mv (b);
SELECT * FROM try();
DROP INDEX i_failed;
CREATE UNIQUE INDEX i_two ON mv (b, c);
SELECT * FROM try();
SELECT * FROM try('auto');

-- not populated
CREATE MATERIALIZED VIEW empty AS SELECT a FROM base WITH NO DATA;
CREATE UNIQUE INDEX ON empty (a);
SELECT tview_refresh('empty', 'concurrent');
SELECT check_name, ok, sqlstate, detail, hint FROM tview_check('empty', 'concurrent') ORDER BY 1;
SELECT check_name, ok, detail FROM tview_check('empty', 'auto') ORDER BY 1;
SELECT check_name, ok FROM tview_check('empty') ORDER BY 1;
SELECT mode, status FROM tview_refresh('empty', 'auto');
SELECT mode, status FROM tview_refresh('empty', 'auto');

-- the index that would help, where the query says which columns are unique
CREATE TABLE keyed (k1 int, k2 int, v json, PRIMARY KEY (k1, k2));
CREATE MATERIALIZED VIEW m_group AS SELECT count(*) AS n, c, a FROM base GROUP BY a, c;
CREATE MATERIALIZED VIEW m_hidden AS SELECT count(*) AS n FROM base GROUP BY a;
CREATE MATERIALIZED VIEW m_distinct AS SELECT DISTINCT ON (c) c, a FROM base ORDER BY c, b;
CREATE MATERIALIZED VIEW m_key AS SELECT v, k2, k1 FROM keyed WHERE k1 > 0;
CREATE MATERIALIZED VIEW m_half AS SELECT v, k2 FROM keyed;
CREATE MATERIALIZED VIEW m_join AS SELECT k1, k2 FROM keyed JOIN base ON true;
CREATE MATERIALIZED VIEW m_sets AS SELECT a, c FROM base GROUP BY CUBE (a, c);
CREATE MATERIALIZED VIEW m_union AS SELECT a FROM base UNION SELECT b FROM base;
CREATE MATERIALIZED VIEW m_xid AS SELECT DISTINCT '1'::xid AS x, a FROM base;
SELECT view_name, create_index FROM tview.candidates WHERE schema_name = 'refresh_prerequisites' ORDER BY 1;
DROP SCHEMA refresh_prerequisites CASCADE;
