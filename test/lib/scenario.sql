\set ECHO none
-- Driver of the scenario tests, created in the current schema: CALL tview(name, query) makes the TVIEWs <name>_now
-- (immediate) and <name>_later (deferred); CALL write(label, write, …) does the writes first as one statement, which is
-- rolled back, then one by one in one transaction, and says whether every TVIEW equalled its query at each step:
-- now after each write, later after tview_flush() and COMMIT.
CREATE TABLE scenario (tview regclass, query text, later boolean, compare text);

CREATE PROCEDURE tview(name text, query text, compare text DEFAULT 'as text', literal boolean DEFAULT true) LANGUAGE plpgsql AS $$
DECLARE
    wanted text := current_setting('client_min_messages');
    made text;
    query_of_mode text;
    mode text;
BEGIN
    PERFORM set_config('client_min_messages', 'warning', false);
    FOREACH mode IN ARRAY ARRAY['immediate', 'deferred'] LOOP
        query_of_mode := CASE mode WHEN 'deferred' THEN replace(query, '_now', '_later') ELSE query END;
        made := quote_ident(name || CASE mode WHEN 'deferred' THEN '_later' ELSE '_now' END);
        IF literal THEN
            EXECUTE format('CREATE TVIEW %s WITH (refresh = %s) AS %s', made, mode, query_of_mode);
        ELSE
            PERFORM tview_create(made, query_of_mode, jsonb_build_object('refresh', mode));
        END IF;
        INSERT INTO scenario VALUES (made::regclass, query_of_mode, mode = 'deferred', compare);
    END LOOP;
    PERFORM set_config('client_min_messages', wanted, false);
    CALL say(name, differences(name || ' filled', true));
END
$$;

-- NULL, or what differs: rows missing and extra in each TVIEW.
CREATE FUNCTION differences(moment text, later_too boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    row_of scenario;
    as_row text;
    missing bigint;
    extra bigint;
    verified record;
    result text;
BEGIN
    FOR row_of IN SELECT * FROM scenario AS s WHERE later_too OR NOT s.later ORDER BY s.tview::text LOOP
        as_row := CASE row_of.compare WHEN 'as values' THEN 'r.*' ELSE 'r::text' END;
        missing := 0;
        extra := 0;
        IF row_of.compare <> 'as verified' THEN -- contents depend on the session; maintenance has its own
            EXECUTE format('SELECT (SELECT count(*) FROM (SELECT %3$s FROM (%1$s) AS r EXCEPT ALL SELECT %3$s FROM %2$s AS r) AS m),
                               (SELECT count(*) FROM (SELECT %3$s FROM %2$s AS r EXCEPT ALL SELECT %3$s FROM (%1$s) AS r) AS e)',
                       row_of.query, row_of.tview, as_row) INTO missing, extra;
        END IF;
        SELECT * INTO verified FROM tview_verify(row_of.tview);
        IF missing + extra > 0 OR row_of.compare <> 'as values' AND verified.missing + verified.extra > 0 THEN
            result := concat_ws('; ', result, format('%s, %s: %s missing, %s extra (tview_verify: %s, %s)', moment, row_of.tview,
                                                     missing, extra, verified.missing, verified.extra));
        END IF;
    END LOOP;
    RETURN result;
END
$$;

CREATE PROCEDURE say(label text, trouble text) LANGUAGE plpgsql AS $$
BEGIN
    RAISE INFO '%: %', label, coalesce(nullif(trouble, ''), 'equal');
END
$$;

-- All the writes as one statement, undone afterwards.
CREATE FUNCTION as_one_statement(writes text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    parts text;
    trouble text;
BEGIN
    SELECT string_agg(format('w%s AS (%s RETURNING 1)', n, w), ', ' ORDER BY n) INTO parts
    FROM unnest(writes[1:cardinality(writes) - 1]) WITH ORDINALITY AS u (w, n);
    BEGIN
        EXECUTE 'WITH ' || parts || ' ' || writes[cardinality(writes)];
        trouble := differences('one statement', false);
        PERFORM tview_flush();
        trouble := concat_ws('; ', trouble, differences('one statement, flushed', true));
        RAISE EXCEPTION 'undo' USING ERRCODE = 'UNDO0';
    EXCEPTION
        WHEN SQLSTATE 'UNDO0' THEN NULL;
        WHEN unique_violation THEN NULL; -- these writes cannot be one statement
        WHEN OTHERS THEN trouble := 'one statement: ' || SQLERRM;
    END;
    RETURN concat_ws('; ', trouble, differences('undone', true));
END
$$;

CREATE PROCEDURE write(label text, VARIADIC writes text[]) LANGUAGE plpgsql AS $$
DECLARE
    trouble text;
    one text;
BEGIN
    IF cardinality(writes) > 1 AND NOT EXISTS (SELECT FROM unnest(writes) AS w WHERE w !~* '^\s*(insert|update|delete)\M') THEN
        trouble := as_one_statement(writes);
    END IF;
    FOREACH one IN ARRAY writes LOOP
        EXECUTE one;
        trouble := concat_ws('; ', trouble, differences(one, false));
    END LOOP;
    COMMIT;
    CALL say(label, concat_ws('; ', trouble, differences('committed', true)));
END
$$;

-- The write must fail with this SQLSTATE, immediately or when deferred TVIEWs are flushed, and change nothing.
CREATE PROCEDURE refused(label text, code text, attempt text) LANGUAGE plpgsql AS $$
DECLARE
    found text := 'no error';
BEGIN
    BEGIN
        EXECUTE attempt;
        PERFORM tview_flush();
    EXCEPTION WHEN OTHERS THEN
        found := SQLSTATE;
    END;
    CALL say(label || ': ' || found, concat_ws('; ', CASE WHEN found <> code THEN code || ' expected' END,
                                               differences('refused', true)));
END
$$;
\set ECHO all
