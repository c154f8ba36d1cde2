ALTER TABLE result ADD PRIMARY KEY (user_id);
CREATE FUNCTION readings_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO result AS r SELECT user_id, min(value), max(value) FROM new_rows GROUP BY user_id ORDER BY user_id
    ON CONFLICT (user_id) DO UPDATE SET lowest = least(r.lowest, EXCLUDED.lowest), highest = greatest(r.highest, EXCLUDED.highest)
    WHERE EXCLUDED.lowest < r.lowest OR EXCLUDED.highest > r.highest;
    RETURN NULL;
END $$;
CREATE FUNCTION readings_removed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE left_over bigint[];
BEGIN
    left_over := ARRAY(SELECT r.user_id FROM result r
        JOIN (SELECT user_id, min(value) AS lowest, max(value) AS highest FROM old_rows GROUP BY user_id) o USING (user_id)
        WHERE o.lowest <= r.lowest OR o.highest >= r.highest ORDER BY r.user_id FOR NO KEY UPDATE OF r);
    UPDATE result r SET lowest = n.lowest, highest = n.highest
    FROM (SELECT k AS user_id, (SELECT min(value) FROM readings WHERE user_id = k) AS lowest,
                 (SELECT max(value) FROM readings WHERE user_id = k) AS highest FROM unnest(left_over) AS k) n
    WHERE r.user_id = n.user_id AND (r.lowest, r.highest) IS DISTINCT FROM (n.lowest, n.highest) AND n.lowest IS NOT NULL;
    DELETE FROM result r USING unnest(left_over) AS k
    WHERE r.user_id = k AND NOT EXISTS (SELECT FROM readings WHERE user_id = k);
    RETURN NULL;
END $$;
CREATE TRIGGER inserted AFTER INSERT ON readings REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION readings_added();
CREATE TRIGGER deleted AFTER DELETE ON readings REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION readings_removed();
