\set ECHO none
-- attempt(query, refresh): would CREATE TVIEW take this query? 'accepted', or SQLSTATE and message; nothing stays behind.
CREATE FUNCTION attempt(query text, refresh text DEFAULT 'immediate') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tview_create('attempted', query, jsonb_build_object('refresh', refresh));
    RAISE EXCEPTION 'accepted' USING ERRCODE = 'UNDO0';
EXCEPTION
    WHEN SQLSTATE 'UNDO0' THEN RETURN 'accepted';
    WHEN OTHERS THEN RETURN format('%s %s', SQLSTATE, SQLERRM);
END
$$;
\set ECHO all
