\set ECHO none
-- The oracle for regression tests: \i test/lib/oracle.sql, then SELECT * FROM oracle(); after each write. It returns a
-- row per TVIEW that differs from its query (two-way EXCEPT ALL), so "0 rows" is what a test expects; with no TVIEW to
-- check it raises. Without JIT: each call plans anew. Output types without equality (json, xml, point) are compared as text.
CREATE FUNCTION pg_temp.oracle(OUT tview regclass, OUT missing bigint, OUT extra bigint) RETURNS SETOF record
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    query text;
    columns text;
BEGIN
    FOR tview, query, columns IN
        SELECT t.tview, rtrim(t.definition, ';'),
               (SELECT string_agg(CASE WHEN a.atttypid IN ('json'::regtype, 'xml'::regtype, 'point'::regtype)
                                       THEN format('%I::text', a.attname) ELSE quote_ident(a.attname) END, ', '
                                  ORDER BY a.attnum)
                FROM pg_attribute AS a WHERE a.attrelid = t.tview AND a.attnum > 0 AND NOT a.attisdropped)
        FROM tview.tviews AS t WHERE t.populated ORDER BY t.name
    LOOP
        EXECUTE format('SELECT (SELECT count(*) FROM (SELECT %3$s FROM (%1$s) AS q EXCEPT ALL SELECT %3$s FROM %2$s) AS m),
                               (SELECT count(*) FROM (SELECT %3$s FROM %2$s EXCEPT ALL SELECT %3$s FROM (%1$s) AS q) AS e)',
                       query, tview, coalesce(columns, ''))
        INTO missing, extra;
        IF missing <> 0 OR extra <> 0 THEN
            RETURN NEXT;
        END IF;
    END LOOP;
    ASSERT FOUND, 'no TVIEW to check';
END
$$;
\set ECHO all
