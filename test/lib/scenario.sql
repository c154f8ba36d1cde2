\set ECHO none
-- Driver of the scenario tests, created in the current schema: CALL tview(name, query) makes the TVIEWs <name>_now
-- (immediate) and <name>_later (deferred); CALL write(label, write, …) does the writes first as one statement, which is
-- rolled back, then one by one in one transaction, and says whether every TVIEW equalled its query at each step:
-- now after each write, later after tview_flush() and COMMIT.
SET jit = off;
CREATE TABLE scenario (no int GENERATED ALWAYS AS IDENTITY, tview regclass, later boolean, compare text);

-- Remembers a TVIEW and its query. The comparison becomes a function, so that it is planned once.
CREATE FUNCTION watch(made regclass, query text, is_later boolean, compare_how text DEFAULT 'as text') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    as_row text := CASE compare_how WHEN 'as values' THEN 'r.*' ELSE 'r::text' END;
    number int;
BEGIN
    INSERT INTO scenario (tview, later, compare) VALUES (made, is_later, compare_how) RETURNING no INTO number;
    EXECUTE format('CREATE FUNCTION compare_%s() RETURNS bigint[] LANGUAGE plpgsql AS $f$ BEGIN RETURN ARRAY[
        (SELECT count(*) FROM (SELECT %4$s FROM (%2$s) AS r EXCEPT ALL SELECT %4$s FROM %3$s AS r) AS m),
        (SELECT count(*) FROM (SELECT %4$s FROM %3$s AS r EXCEPT ALL SELECT %4$s FROM (%2$s) AS r) AS e)]; END $f$',
        number, query, made, as_row);
END
$$;

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
        PERFORM watch(made::regclass, query_of_mode, mode = 'deferred', compare);
    END LOOP;
    PERFORM set_config('client_min_messages', wanted, false);
    CALL say(name, differences(name || ' filled', true));
END
$$;

-- NULL, or what differs: rows missing and extra in each TVIEW. After COMMIT tview_verify must agree.
CREATE FUNCTION differences(moment text, later_too boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    row_of scenario;
    counts bigint[];
    result text;
BEGIN
    FOR row_of IN SELECT * FROM scenario AS s WHERE later_too OR NOT s.later ORDER BY s.tview::text LOOP
        counts := '{0,0}';
        IF row_of.compare <> 'as verified' THEN -- contents depend on the session; maintenance has its own
            EXECUTE format('SELECT compare_%s()', row_of.no) INTO counts;
        END IF;
        IF moment = 'committed' AND row_of.compare <> 'as values' THEN
            SELECT counts || ARRAY[v.missing, v.extra] INTO counts FROM tview_verify(row_of.tview) AS v;
        END IF;
        IF 0 <> ANY (counts) THEN
            result := concat_ws('; ', result, format('%s, %s: missing and extra rows %s', moment, row_of.tview, counts));
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
