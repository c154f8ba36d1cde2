-- Comments only: the set-based yardstick for many of them at once. The documents are locked before they are rebuilt.
ALTER TABLE result ADD PRIMARY KEY (post_id);
CREATE FUNCTION rebuild_comments(posts bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM result WHERE post_id = ANY (posts) ORDER BY post_id FOR NO KEY UPDATE;
    UPDATE result r SET document = jsonb_set(document, '{comments}', n.list)
    FROM (SELECT k AS post_id, (SELECT coalesce(jsonb_agg(jsonb_build_object('id', comment_id, 'body', body) ORDER BY comment_id), '[]')
                                FROM comments WHERE post_id = k) AS list FROM unnest(posts) AS k) n
    WHERE r.post_id = n.post_id;
END $$;
CREATE FUNCTION comments_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM rebuild_comments(ARRAY(SELECT DISTINCT post_id FROM new_rows));
    RETURN NULL;
END $$;
CREATE FUNCTION comments_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM rebuild_comments(ARRAY(SELECT DISTINCT post_id FROM old_rows));
    RETURN NULL;
END $$;
CREATE FUNCTION comments_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM rebuild_comments(ARRAY(SELECT post_id FROM old_rows UNION SELECT post_id FROM new_rows));
    RETURN NULL;
END $$;
CREATE FUNCTION posts_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET document = jsonb_set(document, '{title}', to_jsonb(n.title)) FROM new_rows n WHERE r.post_id = n.post_id;
    RETURN NULL;
END $$;
CREATE FUNCTION users_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET document = jsonb_set(document, '{author,name}', to_jsonb(n.name))
    FROM new_rows n JOIN posts p USING (user_id) WHERE r.post_id = p.post_id;
    RETURN NULL;
END $$;
CREATE TRIGGER inserted AFTER INSERT ON comments REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION comments_inserted();
CREATE TRIGGER deleted AFTER DELETE ON comments REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION comments_deleted();
CREATE TRIGGER updated AFTER UPDATE ON comments REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION comments_updated();
CREATE TRIGGER updated AFTER UPDATE ON posts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION posts_updated();
CREATE TRIGGER updated AFTER UPDATE ON users REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION users_updated();
