\set ECHO none
-- kept(): the companion of each TVIEW, and what differs from its query in either of the two.
CREATE FUNCTION kept() RETURNS TABLE (tview text, companion text, view text, owner text, refresh text, rows bigint, difference text) LANGUAGE plpgsql AS $$
BEGIN
    FOR tview, companion, view, owner, refresh IN
        SELECT c.tview, c.companion, c.view, (SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ' ') FROM pg_class WHERE oid IN (c.companion, c.view, t.view)), t.refresh
          FROM tview.companion AS c JOIN tview.tview AS t ON t.relid = c.companion ORDER BY c.tview::text LOOP
        EXECUTE format('SELECT count(*) FROM %s', companion) INTO rows;
        SELECT format('%s %s', v.missing, v.extra) FROM tview_verify(kept.tview::regclass) AS v INTO difference;
        owner := replace(owner, current_user, 'me');
        RETURN NEXT;
    END LOOP;
END
$$;
\set ECHO all
