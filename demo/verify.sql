-- The oracle: each TVIEW against its query, both ways, duplicates counted. One differing row fails the demo.
\echo
\echo '== Every TVIEW holds exactly what its query says:'
SELECT t.name AS tview, v.missing, v.extra FROM tview.tviews AS t, tview_verify(t.tview) AS v ORDER BY t.name;

DO $$
DECLARE
    tview regclass;
    query text;
    differences bigint;
    checked integer := 0;
BEGIN
    FOR tview, query IN SELECT t.tview, rtrim(t.definition, ';') FROM tview.tviews AS t ORDER BY t.name LOOP
        EXECUTE format('SELECT count(*) FROM ((TABLE %1$s EXCEPT ALL (%2$s)) UNION ALL ((%2$s) EXCEPT ALL TABLE %1$s)) AS d',
                       tview, query) INTO differences;
        ASSERT differences = 0, format('%s differs from its query in %s rows', tview, differences);
        checked := checked + 1;
    END LOOP;
    ASSERT checked = 3, format('%s TVIEWs instead of 3', checked);
END
$$;
