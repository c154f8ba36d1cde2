\set ECHO none
-- write(statement): one statement and what it left to be flushed, then the oracle (after \i test/lib/oracle.sql); says
-- nothing if all is right.
CREATE PROCEDURE write(statement text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    PERFORM tview_flush();
    IF EXISTS (SELECT FROM pg_temp.oracle()) THEN
        RAISE WARNING 'wrong after %: %', statement, (SELECT array_agg(o.tview) FROM pg_temp.oracle() o);
    END IF;
END
$$;
\set ECHO all
