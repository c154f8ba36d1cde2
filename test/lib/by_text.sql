\set ECHO none
-- differences(): which TVIEWs of the current schema differ from their query, compared as text, so that 1.0 is not 1.00; ''
-- where none does. Without JIT: each call plans anew.
CREATE FUNCTION differences() RETURNS text LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    checked tview.tviews;
    wrong bigint;
    result text := '';
BEGIN
    FOR checked IN SELECT t.* FROM tview.tviews AS t JOIN pg_class AS c ON c.oid = t.tview WHERE c.relnamespace = current_schema()::regnamespace LOOP
        EXECUTE format('SELECT count(*) FROM ((SELECT computed_row::text FROM (%1$s) AS computed_row EXCEPT ALL SELECT stored_row::text FROM %2$s AS stored_row)
                        UNION ALL (SELECT stored_row::text FROM %2$s AS stored_row EXCEPT ALL SELECT computed_row::text FROM (%1$s) AS computed_row)) AS d',
                       rtrim(checked.definition, ';'), checked.tview) INTO wrong;
        result := result || CASE WHEN wrong > 0 THEN format('%s: %s ', checked.tview, wrong) ELSE '' END;
    END LOOP;
    RETURN result;
END
$$;
\set ECHO all
