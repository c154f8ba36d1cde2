\set ECHO none
-- write(statement): one statement and what it left to be flushed, then the comparison (after \i test/lib/by_text.sql); says
-- nothing if all is right.
CREATE PROCEDURE write(statement text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    PERFORM tview_flush();
    IF differences() <> '' THEN
        RAISE WARNING '% after %', differences(), statement;
    END IF;
END
$$;
\set ECHO all
