-- The oracle for regression tests: \i test/lib/oracle.sql, then SELECT * FROM oracle(); after each write. It returns a
-- row per TVIEW that differs from its query (two-way EXCEPT ALL), so "0 rows" is what a test expects;
-- with no TVIEW to check it raises.
\set QUIET on
CREATE FUNCTION pg_temp.oracle(OUT tview regclass, OUT missing bigint, OUT extra bigint) RETURNS SETOF record
LANGUAGE plpgsql AS $$
DECLARE
    query text;
BEGIN
    FOR tview, query IN SELECT t.tview, rtrim(t.definition, ';') FROM tview.tviews AS t WHERE t.populated ORDER BY t.name LOOP
        EXECUTE format('SELECT (SELECT count(*) FROM ((%1$s) EXCEPT ALL SELECT * FROM %2$s) AS m),
                               (SELECT count(*) FROM (SELECT * FROM %2$s EXCEPT ALL (%1$s)) AS e)', query, tview)
        INTO missing, extra;
        IF missing <> 0 OR extra <> 0 THEN
            RETURN NEXT;
        END IF;
    END LOOP;
    ASSERT FOUND, 'no TVIEW to check';
END
$$;
\unset QUIET
