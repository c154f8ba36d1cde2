-- locks(tview): tview_locks without what differs from run to run, on one line for each value looked up.
CREATE FUNCTION locks(tview regclass)
    RETURNS TABLE (source regclass, edge_source regclass, edge_columns text, way text, query text)
    LANGUAGE sql
    AS $$
        SELECT source, edge_source, array_to_string(edge_columns, ', '), way,
               btrim(regexp_replace(regexp_replace(query, '_\d+', '', 'g'), '\s+', ' ', 'g'))
        FROM tview_locks(tview)
    $$;
