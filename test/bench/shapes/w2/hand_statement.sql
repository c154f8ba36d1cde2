ALTER TABLE result ADD PRIMARY KEY (user_id);
CREATE FUNCTION workouts_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO result AS r SELECT u.user_id, u.name, d.workouts, d.minutes
    FROM (SELECT user_id, count(*) AS workouts, sum(minutes) AS minutes FROM new_rows GROUP BY user_id) d JOIN users u USING (user_id)
    ORDER BY u.user_id
    ON CONFLICT (user_id) DO UPDATE SET workouts = r.workouts + EXCLUDED.workouts, minutes = r.minutes + EXCLUDED.minutes;
    RETURN NULL;
END $$;
CREATE FUNCTION workouts_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE emptied boolean;
BEGIN
    WITH changed AS (
        UPDATE result r SET workouts = r.workouts - d.workouts, minutes = r.minutes - d.minutes
        FROM (SELECT user_id, count(*) AS workouts, sum(minutes) AS minutes FROM old_rows GROUP BY user_id) d
        WHERE r.user_id = d.user_id RETURNING r.user_id, r.workouts)
    SELECT bool_or(workouts = 0) INTO emptied FROM changed;
    IF emptied THEN
        DELETE FROM result WHERE workouts = 0 AND user_id IN (SELECT user_id FROM old_rows);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION workouts_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO result AS r SELECT u.user_id, u.name, d.workouts, d.minutes
    FROM (SELECT user_id, sum(number) AS workouts, sum(minutes) AS minutes
          FROM (SELECT user_id, -1 AS number, -minutes AS minutes FROM old_rows
                UNION ALL SELECT user_id, 1, minutes FROM new_rows) c GROUP BY user_id) d JOIN users u USING (user_id)
    WHERE d.workouts <> 0 OR d.minutes <> 0
    ORDER BY u.user_id
    ON CONFLICT (user_id) DO UPDATE SET workouts = r.workouts + EXCLUDED.workouts, minutes = r.minutes + EXCLUDED.minutes;
    DELETE FROM result r USING old_rows o WHERE r.user_id = o.user_id AND r.workouts = 0;
    RETURN NULL;
END $$;
CREATE FUNCTION users_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET name = n.name FROM new_rows n WHERE r.user_id = n.user_id AND r.name <> n.name;
    RETURN NULL;
END $$;
CREATE TRIGGER inserted AFTER INSERT ON workouts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION workouts_inserted();
CREATE TRIGGER deleted AFTER DELETE ON workouts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION workouts_deleted();
CREATE TRIGGER updated AFTER UPDATE ON workouts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION workouts_updated();
CREATE TRIGGER updated AFTER UPDATE ON users REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION users_updated();
