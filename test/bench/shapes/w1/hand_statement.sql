ALTER TABLE result ADD PRIMARY KEY (post_id);
CREATE INDEX ON result (user_id);
CREATE FUNCTION posts_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO result SELECT n.post_id, n.user_id, n.title, u.name FROM new_rows n JOIN users u USING (user_id) FOR SHARE OF u;
    RETURN NULL;
END $$;
CREATE FUNCTION posts_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM result r USING old_rows o WHERE r.post_id = o.post_id;
    RETURN NULL;
END $$;
CREATE FUNCTION posts_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET title = n.title, user_id = n.user_id,
           author = CASE WHEN n.user_id = o.user_id THEN r.author ELSE (SELECT name FROM users WHERE user_id = n.user_id FOR SHARE) END
    FROM old_rows o JOIN new_rows n USING (post_id)
    WHERE r.post_id = n.post_id AND (o.user_id, o.title) IS DISTINCT FROM (n.user_id, n.title);
    RETURN NULL;
END $$;
CREATE FUNCTION users_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET author = n.name FROM old_rows o JOIN new_rows n USING (user_id)
    WHERE r.user_id = n.user_id AND o.name <> n.name;
    RETURN NULL;
END $$;
CREATE TRIGGER inserted AFTER INSERT ON posts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION posts_inserted();
CREATE TRIGGER deleted AFTER DELETE ON posts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION posts_deleted();
CREATE TRIGGER updated AFTER UPDATE ON posts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION posts_updated();
CREATE TRIGGER updated AFTER UPDATE ON users REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION users_updated();
