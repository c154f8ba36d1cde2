\set ECHO none
-- other_bytes(): documents with other bytes than the query's; '' if there are none and differences() finds none (by_text.sql).
CREATE FUNCTION other_bytes() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    checked tview.tviews;
    wrong bigint;
    result text := differences();
BEGIN
    FOR checked IN SELECT t.* FROM tview.tviews AS t JOIN pg_attribute AS a ON a.attrelid = t.tview AND a.attname = 'document' LOOP
        EXECUTE format('SELECT count(*) FROM (%s) AS q JOIN %s AS s ON s.id = q.id WHERE record_image_ne(ROW(q.document), ROW(s.document))',
                       rtrim(checked.definition, ';'), checked.tview) INTO wrong;
        result := result || CASE WHEN wrong > 0 THEN format('bytes of %s: %s ', checked.tview, wrong) ELSE '' END;
    END LOOP;
    RETURN result;
END
$$;
\set ECHO all
